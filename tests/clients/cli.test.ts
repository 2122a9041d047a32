// The official command-line client: it finds the API, checks a key and stores both.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import * as sdk from "@immich/sdk";

const apiUrl = process.env.API_URL;
assert.ok(apiUrl, "API_URL is the address of the server");
const origin = apiUrl.slice(0, -"/api".length);

const admin = { email: "admin@immich.cloud", password: "password", name: "Immich Admin" };
const folder = mkdtempSync(join(tmpdir(), "immich-cli-"));
const authFile = join(folder, "auth.yml");
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(authFile, { force: true }));

sdk.defaults.baseUrl = apiUrl;
await sdk.signUpAdmin({ signUpDto: admin });
const { accessToken } = await sdk.login({ loginCredentialDto: admin });
const keyFor = async (...permissions: sdk.Permission[]) =>
  (await sdk.createApiKey({ apiKeyCreateDto: { permissions } }, { headers: { Authorization: `Bearer ${accessToken}` } }))
    .secret;
const fullKey = await keyFor(sdk.Permission.All);
const readKey = await keyFor(sdk.Permission.UserRead);
const weakKey = await keyFor(sdk.Permission.SessionRead);

type Outcome = { code: number; output: string };

/** Runs one of the two commands, by its name in package.json. */
function immich(cli: string, ...args: string[]): Promise<Outcome> {
  const packageFolder = join(import.meta.dirname, "node_modules", cli);
  const { bin } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const program = join(packageFolder, bin.immich);
  const env = { PATH: process.env.PATH, IMMICH_CONFIG_DIR: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

const current = (...args: string[]) => immich("@immich/cli", ...args);

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

test("the command of 2024 requests paths that upstream 2.5 does not have either", async () => {
  const { code, output } = await immich("immich-cli-2.1", "login-key", origin, fullKey);

  assert.equal(code, 1);
  assert.ok(output.includes(`Discovered API at ${apiUrl}`), output);
  assert.ok(output.includes(`Failed to connect to server ${apiUrl}: Error: 404`), output);
});
