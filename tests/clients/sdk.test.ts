// Calls every operation through the SDK of the official clients; errors are read through the SDK's `HttpError`. The tests
// depend on their order: each one starts with the state that the previous one left.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type * as Sdk from "@immich/sdk";
import { operationOf, operations, permissions, required } from "./contract.ts";
import { DeclaredTypes } from "./declared_types.ts";
import { Report } from "./report.ts";

const sdkName = process.env.SDK ?? "@immich/sdk";
const report = new Report();
const declared = new DeclaredTypes(
  fileURLToPath(import.meta.resolve(sdkName)).replace(/\.js$/, ".d.ts"),
  report,
);
const sdk = declared.checked((await import(sdkName)) as typeof Sdk);
const { Permission } = sdk;

after(() => report.write());

const baseUrl = process.env.API_URL;
assert.ok(baseUrl, "API_URL says where the server is");

const admin = { email: "admin@immich.cloud", password: "password", name: "Immich Admin" };
const unknownId = "00000000-0000-4000-a000-000000000000";

/** Headers for one call. The SDK itself has a place for an API key only. */
const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const withKey = (secret: string) => ({ headers: { "x-api-key": secret } });

let token = "";
let adminId = "";

async function refused(call: Promise<unknown>, status: number, message: string | string[]) {
  const error: unknown = await call.then(
    () => assert.fail("the call was not refused"),
    (error: unknown) => error,
  );
  assert.ok(sdk.isHttpError(error), `an HttpError, not ${error}`);
  // If the success of an operation has no body, the SDK returns the error as text, otherwise parsed.
  const data = typeof error.data === "string" ? JSON.parse(error.data) : error.data;
  assert.deepEqual([error.status, data.statusCode, data.message], [status, status, message]);
  assert.equal(data.correlationId, error.headers?.get("x-immich-cid"));
}

/** A call of each operation that needs a credential. */
const secured = (): Record<string, () => Promise<unknown>> => ({
  createApiKey: () => sdk.createApiKey({ apiKeyCreateDto: { permissions: [Permission.All] } }),
  getApiKeys: () => sdk.getApiKeys(),
  getMyApiKey: () => sdk.getMyApiKey(),
  getApiKey: () => sdk.getApiKey({ id: unknownId }),
  updateApiKey: () => sdk.updateApiKey({ id: unknownId, apiKeyUpdateDto: { name: "x" } }),
  deleteApiKey: () => sdk.deleteApiKey({ id: unknownId }),
  validateAccessToken: () => sdk.validateAccessToken(),
  changePassword: () => sdk.changePassword({ changePasswordDto: { password: "x", newPassword: "password2" } }),
  logout: () => sdk.logout(),
  getAboutInfo: () => sdk.getAboutInfo(),
  createSession: () => sdk.createSession({ sessionCreateDto: {} }),
  getSessions: () => sdk.getSessions(),
  deleteAllSessions: () => sdk.deleteAllSessions(),
  deleteSession: () => sdk.deleteSession({ id: unknownId }),
  searchUsers: () => sdk.searchUsers(),
  getMyUser: () => sdk.getMyUser(),
  updateMyUser: () => sdk.updateMyUser({ userUpdateMeDto: { name: "x" } }),
  getUser: () => sdk.getUser({ id: unknownId }),
});

test("the SDK requires what the contract requires", { skip: sdkName !== "@immich/sdk" }, () => {
  // The SDK writes `ApiKeyResponseDto` for `APIKeyResponseDto`, and `ServerPingResponseRead` for `ServerPingResponse`.
  const names = (properties: string[]) =>
    properties.map((property) => property.replace("Read.", ".").toLowerCase()).sort();
  for (const operation of operations) {
    assert.deepEqual(names(declared.required(operation)), names(required(operation)), operation);
  }
});

test("information about the server needs no credential", async () => {
  sdk.defaults.baseUrl = baseUrl;
  assert.deepEqual(await sdk.pingServer(), { res: "pong" });
  const version = await sdk.getServerVersion();
  assert.deepEqual([version.major, version.minor], [2, 5]);
  assert.equal((await sdk.getServerFeatures()).passwordLogin, true);
  assert.equal((await sdk.getServerConfig()).isInitialized, false);
});

test("every secured operation requires a credential", async () => {
  for (const [name, call] of Object.entries(secured())) {
    await test(name, () => refused(call(), 401, "Authentication required"));
  }
});

test("the first administrator can sign up, once", async () => {
  const created = await sdk.signUpAdmin({ signUpDto: admin });
  assert.equal(created.email, admin.email);
  assert.equal(created.isAdmin, true);
  assert.equal((await sdk.getServerConfig()).isInitialized, true);
  await refused(sdk.signUpAdmin({ signUpDto: admin }), 400, "The server already has an admin");
  await refused(sdk.signUpAdmin({ signUpDto: { ...admin, name: "" } }), 400, ["name should not be empty"]);
});

test("the administrator can log in with the correct password only", async () => {
  const { email, password } = admin;
  await refused(sdk.login({ loginCredentialDto: { email, password: "wrong" } }), 401, "Incorrect email or password");
  await refused(sdk.login({ loginCredentialDto: { email: "x", password } }), 400, ["email must be an email"]);
  const login = await sdk.login({ loginCredentialDto: { email, password } });
  assert.equal(login.userEmail, email);
  ({ accessToken: token, userId: adminId } = login);
  assert.deepEqual(await sdk.validateAccessToken(as(token)), { authStatus: true });
});

test("users can be read and the own user can be changed", async () => {
  const me = await sdk.getMyUser(as(token));
  assert.equal(me.id, adminId);
  assert.deepEqual((await sdk.searchUsers(as(token))).map((user) => user.id), [adminId]);
  assert.equal((await sdk.getUser({ id: adminId }, as(token))).email, admin.email);
  await refused(sdk.getUser({ id: unknownId }, as(token)), 400, "User not found");
  await refused(sdk.getUser({ id: "me-not" }, as(token)), 400, ["id must be a UUID"]);
  const renamed = await sdk.updateMyUser({ userUpdateMeDto: { name: "Ünï 🔑" } }, as(token));
  assert.equal(renamed.name, "Ünï 🔑");
  assert.ok(renamed.updatedAt > me.updatedAt);
});

test("API keys are created, read, changed, used and deleted", async () => {
  const dto = { name: "reader", permissions: [Permission.UserRead, Permission.ApiKeyRead] };
  const { secret, apiKey } = await sdk.createApiKey({ apiKeyCreateDto: dto }, as(token));
  assert.deepEqual(apiKey.permissions, dto.permissions);
  assert.deepEqual(await sdk.getApiKeys(as(token)), [apiKey]);
  assert.deepEqual(await sdk.getApiKey({ id: apiKey.id }, as(token)), apiKey);
  assert.deepEqual(await sdk.getMyApiKey(withKey(secret)), apiKey);
  await refused(sdk.getMyApiKey(as(token)), 403, "Not authenticated with an API Key");
  await refused(sdk.getSessions(withKey(secret)), 403, "Missing required permission: session.read");
  const changed = await sdk.updateApiKey(
    { id: apiKey.id, apiKeyUpdateDto: { name: "any", permissions: [Permission.All] } },
    as(token),
  );
  assert.deepEqual([changed.name, changed.permissions], ["any", ["all"]]);
  await refused(sdk.createApiKey({ apiKeyCreateDto: { permissions: [] } }, as(token)), 400, [
    "permissions must contain at least 1 elements",
  ]);
  await sdk.deleteApiKey({ id: apiKey.id }, as(token));
  await refused(sdk.deleteApiKey({ id: apiKey.id }, as(token)), 400, "API Key not found");
  await refused(sdk.getMyUser(withKey(secret)), 401, "Invalid API key");
});

test("a key can have every permission that the SDK knows and the contract has", async () => {
  const known = Object.values(Permission);
  const granted = known.filter((permission) => permissions.includes(permission));
  const { apiKey } = await sdk.createApiKey({ apiKeyCreateDto: { permissions: granted } }, as(token));
  assert.deepEqual(apiKey.permissions, granted);
  await sdk.deleteApiKey({ id: apiKey.id }, as(token));
  report.unknownPermissions = known.filter((permission) => !permissions.includes(permission));
  for (const permission of report.unknownPermissions) {
    const refusal: unknown = await sdk
      .createApiKey({ apiKeyCreateDto: { permissions: [permission as Sdk.Permission] } }, as(token))
      .catch((error: unknown) => error);
    assert.ok(sdk.isHttpError(refusal) && refusal.status === 400, `${permission} is granted`);
  }
});

test("a key set once is sent with every call, and public operations ignore an invalid one", async () => {
  const { secret } = await sdk.createApiKey({ apiKeyCreateDto: { permissions: [Permission.All] } }, as(token));
  sdk.init({ baseUrl, apiKey: secret });
  assert.equal((await sdk.getMyUser()).id, adminId);
  assert.match((await sdk.getAboutInfo()).version, /^v2\.5\./);
  sdk.setApiKey("bad");
  assert.deepEqual(await sdk.pingServer(), { res: "pong" });
  await sdk.login({ loginCredentialDto: admin });
  for (const call of Object.values(secured())) {
    await refused(call(), 401, "Invalid API key");
  }
  delete sdk.defaults.headers?.["x-api-key"];
});

test("sessions are created, listed and ended", async () => {
  const dto = { duration: 3600, deviceType: "TV", deviceOS: "Cast" };
  const created = await sdk.createSession({ sessionCreateDto: dto }, as(token));
  assert.ok(created.expiresAt && created.expiresAt > created.createdAt);
  assert.equal((await sdk.getMyUser(as(created.token))).id, adminId);
  const listed = await sdk.getSessions(as(token));
  assert.equal(listed.filter((session) => session.current).length, 1);
  assert.equal(listed.find((session) => session.id === created.id)?.deviceType, "TV");
  await refused(sdk.createSession({ sessionCreateDto: { duration: 0 } }, as(token)), 400, [
    "duration must be a positive number",
  ]);
  await sdk.deleteSession({ id: created.id }, as(token));
  await refused(sdk.getMyUser(as(created.token)), 401, "Invalid user token");
  await refused(
    sdk.deleteSession({ id: created.id }, as(token)),
    400,
    "Not found or no authDevice.delete access",
  );
  await sdk.deleteAllSessions(as(token));
  assert.equal((await sdk.getSessions(as(token))).length, 1);
});

test("after a password change only the new password can log in", async () => {
  const { email, password } = admin;
  const change = (current: string, newPassword: string) =>
    sdk.changePassword({ changePasswordDto: { password: current, newPassword } }, as(token));
  await refused(change("wrong", "password2"), 400, "Wrong password");
  await refused(change(password, "short"), 400, ["newPassword must be longer than or equal to 8 characters"]);
  await change(password, "password2");
  await refused(sdk.login({ loginCredentialDto: { email, password } }), 401, "Incorrect email or password");
  await sdk.login({ loginCredentialDto: { email, password: "password2" } });
});

test("after the logout the token is rejected", async () => {
  assert.equal((await sdk.logout(as(token))).successful, true);
  await refused(sdk.validateAccessToken(as(token)), 401, "Invalid user token");
});

test("all other functions of the SDK request what is outside the contract", async () => {
  const requests: string[] = [];
  const fetch = globalThis.fetch;
  globalThis.fetch = async (input, options) => {
    const { pathname } = new URL(String(input));
    requests.push(`${options?.method ?? "GET"} ${pathname}`);
    return new Response("{}", { headers: { "content-type": "application/json" } });
  };
  // Has every property: any value will do, because nothing is sent.
  const anything = new Proxy({}, { get: () => unknownId });
  const others = declared.functions("fetch-client").filter((name) => !operations.includes(name));
  for (const name of others) {
    requests.length = 0;
    await (sdk as unknown as Record<string, (options: object) => Promise<unknown>>)[name]?.(anything);
    const [[method = "", path = ""] = []] = requests.map((request) => request.split(" "));
    assert.ok(path, `${name} requests something`);
    assert.equal(operationOf(method, path), undefined, `${name} is in the contract, but is not called`);
  }
  globalThis.fetch = fetch;
  report.furtherCalls = others.length;
});
