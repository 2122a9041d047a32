// The official command-line client of 2024. It requests a path that upstream has removed before 2.5.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Permission } from "@immich/sdk";
import { apiUrl, immich, keyFor, origin } from "./cli.ts";

const fullKey = await keyFor(Permission.All);

test("login-key finds the API and requests a path that upstream 2.5 does not have either", async () => {
  const { code, output } = await immich("immich-cli-2.1", "login-key", origin, fullKey);

  assert.equal(code, 1);
  assert.ok(output.includes(`Discovered API at ${apiUrl}`), output);
  assert.ok(output.includes(`Failed to connect to server ${apiUrl}: Error: 404`), output);
});
