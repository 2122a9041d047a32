// Runs a release of the official command-line client, and reports what each command requests.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { setTimeout } from "node:timers/promises";
import * as sdk from "@immich/sdk";
import { operationOf } from "./contract.ts";
import { Report } from "./report.ts";

const server = process.env.API_URL;
assert.ok(server, "API_URL is the address of the server");

const report = new Report();
const requests: [method: string, path: string][] = [];

/** A proxy in front of the server, which notes the requests. */
const proxy = createServer((request, response) => {
  const { method = "", url = "", headers } = request;
  requests.push([method, url]);
  const forwarded = send(new URL(url, server), { method, headers }, async (answer) => {
    const status = answer.statusCode ?? 502;
    if (status === 404) {
      // The command ends at its first failure. It gets time to send what it sends in parallel.
      await setTimeout(300);
    }
    response.writeHead(status, answer.headers);
    answer.pipe(response);
  });
  request.pipe(forwarded);
});
await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));

export const origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
export const apiUrl = `${origin}/api`;

const folder = mkdtempSync(join(tmpdir(), "immich-cli-"));
/** Where a login stores the address and the key. */
export const authFile = join(folder, "auth.yml");
after(() => {
  proxy.close();
  rmSync(folder, { recursive: true });
  report.write();
});

const admin = { email: "admin@immich.cloud", password: "password", name: "Immich Admin" };
sdk.defaults.baseUrl = server;
await sdk.signUpAdmin({ signUpDto: admin });
const { accessToken } = await sdk.login({ loginCredentialDto: admin });

/** The secret of a new key. */
export async function keyFor(...permissions: sdk.Permission[]): Promise<string> {
  const headers = { Authorization: `Bearer ${accessToken}` };
  return (await sdk.createApiKey({ apiKeyCreateDto: { permissions } }, { headers })).secret;
}

export type Outcome = { code: number; output: string };

/** Runs a command of the client that package.json calls `cli`. */
export async function immich(cli: string, command: string, ...args: string[]): Promise<Outcome> {
  const packageFolder = join(import.meta.dirname, "node_modules", cli);
  const { bin } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const program = join(packageFolder, bin.immich);
  const env = { PATH: process.env.PATH, IMMICH_CONFIG_DIR: folder };
  requests.length = 0;
  const outcome = await new Promise<Outcome>((resolve) => {
    execFile(process.execPath, [program, command, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
  note(command);
  return outcome;
}

/** Adds the requests of a command to the report. */
function note(command: string) {
  const call = report.call(command);
  for (const [method, path] of requests) {
    const operation = operationOf(method, path);
    const [list, entry] = operation
      ? [call.operations, operation]
      : [call.outside, `${method} ${path.replace(/^\/api/, "")}`];
    // The document that says where the API is belongs to the server, not to the contract.
    if (path !== "/.well-known/immich" && !list.includes(entry)) {
      list.push(entry);
      list.sort();
    }
  }
}
