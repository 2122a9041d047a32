// The official command-line client: it finds the API, checks a key and stores both.
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { Permission } from "@immich/sdk";
import { apiUrl, authFile, immich, keyFor, origin } from "./cli.ts";

beforeEach(() => rmSync(authFile, { force: true }));

const fullKey = await keyFor(Permission.All);
const readKey = await keyFor(Permission.UserRead);
const weakKey = await keyFor(Permission.SessionRead);

const current = (command: string, ...args: string[]) => immich("@immich/cli", command, ...args);

for (const [what, url, found] of [
  ["the URL of the API", apiUrl, false],
  ["the URL without /api", origin, true],
  ["the URL without /api and with a slash", `${origin}/`, true],
] as const) {
  test(`login with ${what} and a valid key`, async () => {
    const { code, output } = await current("login", url, fullKey);

    assert.equal(code, 0, output);
    assert.match(output, /Logged in as admin@immich\.cloud/);
    assert.equal(output.includes(`Discovered API at ${apiUrl}`), found, output);
    assert.ok(readFileSync(authFile, "utf8").includes(fullKey));
  });

  test(`login with ${what} and an invalid key`, async () => {
    const { code, output } = await current("login", url, "bad");

    assert.equal(code, 1);
    assert.ok(output.includes(`Failed to connect to server ${apiUrl}: 401`), output);
    assert.match(output, /"message": "Invalid API key"/);
    assert.match(output, /"statusCode": 401/);
    assert.ok(!existsSync(authFile));
  });
}

test("a key needs the permission to read users to log in", async () => {
  assert.equal((await current("login", origin, readKey)).code, 0);
  rmSync(authFile);

  const { code, output } = await current("login", origin, weakKey);

  assert.equal(code, 1);
  assert.match(output, /user\.read/);
  assert.ok(!existsSync(authFile));
});

test("logout deletes the key", async () => {
  await current("login", origin, fullKey);
  assert.ok(existsSync(authFile));

  const { code, output } = await current("logout");

  assert.equal(code, 0, output);
  assert.match(output, /Successfully logged out/);
  assert.ok(!existsSync(authFile));
});

test("server-info fails with the missing operation it needs", async () => {
  await current("login", origin, fullKey);

  const { code, output } = await current("server-info");

  assert.equal(code, 1);
  assert.match(output, /Cannot GET \/api\/(server\/media-types|assets\/statistics)/);
  assert.match(output, /statusCode: 404/);
});

test("upload fails with the missing operation it needs", async () => {
  await current("login", origin, fullKey);

  const { code, output } = await current("upload", import.meta.filename);

  assert.equal(code, 1);
  assert.match(output, /Cannot GET \/api\/server\/media-types/);
});
