// Calls every operation through the TypeScript client that openapi-generator generates from our contract.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  APIKeysApi,
  AuthenticationApi,
  Configuration,
  type ErrorResponseDto,
  ErrorResponseDtoFromJSON,
  Permission,
  ResponseError,
  ServerApi,
  SessionsApi,
  UsersApi,
} from "immich-api-client";
import { DeclaredTypes } from "./declared_types.ts";
import { Report } from "./report.ts";

const report = new Report();
const declared = new DeclaredTypes(
  fileURLToPath(import.meta.resolve("immich-api-client")).replace(/\.js$/, ".d.ts"),
  report,
);
after(() => report.write());

const basePath = process.env.API_URL;
assert.ok(basePath, "API_URL says where the server is");

const admin = { email: "admin@immich.cloud", password: "password", name: "Immich Admin" };
const unknownId = "00000000-0000-4000-a000-000000000000";

/** All of the client, with one way to show who calls. */
function client(credential: { accessToken?: string; apiKey?: string }) {
  const configuration = new Configuration({ basePath, ...credential });
  return {
    keys: declared.checked(new APIKeysApi(configuration), "APIKeysApi"),
    auth: declared.checked(new AuthenticationApi(configuration), "AuthenticationApi"),
    server: declared.checked(new ServerApi(configuration), "ServerApi"),
    sessions: declared.checked(new SessionsApi(configuration), "SessionsApi"),
    users: declared.checked(new UsersApi(configuration), "UsersApi"),
  };
}

const stranger = client({});
let me = stranger;
let adminId = "";

async function refused(call: Promise<unknown>, status: number, message: ErrorResponseDto["message"]) {
  const error: unknown = await call.then(
    () => assert.fail("the call was not refused"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof ResponseError, `a ResponseError, not ${error}`);
  const body = ErrorResponseDtoFromJSON(await error.response.json());
  assert.deepEqual([error.response.status, body.statusCode, body.message], [status, status, message]);
  assert.equal(body.correlationId, error.response.headers.get("x-immich-cid"));
}

test("information about the server needs no credential", async () => {
  assert.deepEqual(await stranger.server.pingServer(), { res: "pong" });
  const version = await stranger.server.getServerVersion();
  assert.deepEqual([version.major, version.minor], [2, 5]);
  assert.equal((await stranger.server.getServerFeatures()).passwordLogin, true);
  assert.equal((await stranger.server.getServerConfig()).isInitialized, false);
});

test("every secured operation requires a credential", async () => {
  const { keys, auth, server, sessions, users } = stranger;
  const calls: Record<string, () => Promise<unknown>> = {
    createApiKey: () => keys.createApiKey({ aPIKeyCreateDto: { permissions: [Permission.All] } }),
    getApiKeys: () => keys.getApiKeys(),
    getMyApiKey: () => keys.getMyApiKey(),
    getApiKey: () => keys.getApiKey({ id: unknownId }),
    updateApiKey: () => keys.updateApiKey({ id: unknownId, aPIKeyUpdateDto: { name: "x" } }),
    deleteApiKey: () => keys.deleteApiKey({ id: unknownId }),
    validateAccessToken: () => auth.validateAccessToken(),
    changePassword: () => auth.changePassword({ changePasswordDto: { password: "x", newPassword: "password2" } }),
    logout: () => auth.logout(),
    getAboutInfo: () => server.getAboutInfo(),
    createSession: () => sessions.createSession({ sessionCreateDto: {} }),
    getSessions: () => sessions.getSessions(),
    deleteAllSessions: () => sessions.deleteAllSessions(),
    deleteSession: () => sessions.deleteSession({ id: unknownId }),
    searchUsers: () => users.searchUsers(),
    getMyUser: () => users.getMyUser(),
    updateMyUser: () => users.updateMyUser({ userUpdateMeDto: { name: "x" } }),
    getUser: () => users.getUser({ id: unknownId }),
  };
  for (const [name, call] of Object.entries(calls)) {
    await test(name, () => refused(call(), 401, "Authentication required"));
  }
});

test("the first administrator can sign up, once, and log in", async () => {
  const created = await stranger.auth.signUpAdmin({ signUpDto: admin });
  assert.equal(created.isAdmin, true);
  assert.ok(created.createdAt instanceof Date && created.deletedAt === null);
  await refused(stranger.auth.signUpAdmin({ signUpDto: admin }), 400, "The server already has an admin");
  const wrong = stranger.auth.login({ loginCredentialDto: { email: "x", password: "" } });
  await refused(wrong, 400, ["email must be an email", "password should not be empty"]);
  const { accessToken, userId } = await stranger.auth.login({ loginCredentialDto: admin });
  me = client({ accessToken });
  adminId = userId;
  assert.deepEqual(await me.auth.validateAccessToken(), { authStatus: true });
  assert.match((await me.server.getAboutInfo()).version, /^v2\.5\./);
});

test("users can be read and the own user can be changed", async () => {
  assert.equal((await me.users.getMyUser()).id, adminId);
  assert.deepEqual((await me.users.searchUsers()).map((user) => user.id), [adminId]);
  assert.equal((await me.users.getUser({ id: adminId })).email, admin.email);
  assert.equal((await me.users.updateMyUser({ userUpdateMeDto: { name: "Ünï 🔑" } })).name, "Ünï 🔑");
  await refused(me.users.getUser({ id: unknownId }), 400, "User not found");
});

test("API keys are created, read, changed, used and deleted", async () => {
  const permissions = [Permission.ApiKeyRead];
  const { secret, apiKey } = await me.keys.createApiKey({ aPIKeyCreateDto: { name: "reader", permissions } });
  const byKey = client({ apiKey: secret });
  assert.deepEqual(await me.keys.getApiKeys(), [apiKey]);
  assert.deepEqual(await me.keys.getApiKey({ id: apiKey.id }), apiKey);
  assert.deepEqual(await byKey.keys.getMyApiKey(), apiKey);
  await refused(byKey.sessions.getSessions(), 403, "Missing required permission: session.read");
  const changed = await me.keys.updateApiKey({ id: apiKey.id, aPIKeyUpdateDto: { name: "renamed" } });
  assert.deepEqual([changed.name, changed.permissions], ["renamed", permissions]);
  await me.keys.deleteApiKey({ id: apiKey.id });
  await refused(byKey.keys.getMyApiKey(), 401, "Invalid API key");
});

test("sessions are created, listed and ended", async () => {
  const sessionCreateDto = { duration: 3600, deviceType: "TV" };
  const created = await me.sessions.createSession({ sessionCreateDto });
  assert.ok(created.expiresAt && created.expiresAt > created.createdAt);
  const other = client({ accessToken: created.token });
  assert.equal((await other.users.getMyUser()).id, adminId);
  assert.equal((await me.sessions.getSessions()).length, 2);
  await me.sessions.deleteSession({ id: created.id });
  await refused(other.users.getMyUser(), 401, "Invalid user token");
  await me.sessions.deleteAllSessions();
  assert.equal((await me.sessions.getSessions()).length, 1);
});

test("the password can be changed, and after the logout the token is rejected", async () => {
  const change = (password: string) =>
    me.auth.changePassword({ changePasswordDto: { password, newPassword: "password2" } });
  await refused(change("wrong"), 400, "Wrong password");
  await change(admin.password);
  await stranger.auth.login({ loginCredentialDto: { ...admin, password: "password2" } });
  assert.equal((await me.auth.logout()).successful, true);
  await refused(me.auth.validateAccessToken(), 401, "Invalid user token");
});
