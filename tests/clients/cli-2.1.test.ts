// The official command-line client of 2024. It requests paths that upstream has removed before 2.5.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { Permission } from "@immich/sdk";
import { apiUrl, authFile, immich, keyFor, origin } from "./cli.ts";

const fullKey = await keyFor(Permission.All);

test("login-key finds the API and requests a path that upstream 2.5 does not have either", async () => {
  const { code, output } = await immich("immich-cli-2.1", "login-key", origin, fullKey);

  assert.equal(code, 1);
  assert.ok(output.includes(`Discovered API at ${apiUrl}`), output);
  assert.ok(output.includes(`Failed to connect to server ${apiUrl}: Error: 404`), output);
});

for (const [command, ...args] of [["server-info"], ["upload", import.meta.filename]] as const) {
  test(`${command} requests a path that upstream 2.5 does not have either`, async () => {
    writeFileSync(authFile, `instanceUrl: ${apiUrl}\napiKey: ${fullKey}\n`);

    const { code, output } = await immich("immich-cli-2.1", command, ...args);

    assert.equal(code, 1);
    assert.match(output, /404/);
  });
}
