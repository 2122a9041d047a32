// `GET /api/docs` in a real browser, on the mock and on the server.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { DocsPage, launchBrowser } from './docs-page.mjs';
import { startMock, startServer } from './program.mjs';

const contract = JSON.parse(await readFile(new URL('../../generated/openapi.json', import.meta.url), 'utf8'));
const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
);

/** The file for a screenshot of the page, if one is wanted. */
const screenshot = process.env.SCREENSHOT;

let browser;
let mock;
let server;

before(async () => {
  [browser, mock, server] = await Promise.all([launchBrowser(), startMock(), startServer()]);
});

after(async () => {
  await Promise.all([browser?.close(), mock?.stop(), server?.stop()]);
});

/** Opens the page, runs `use` and closes the page. Any error in the browser fails the test. */
async function withPage({ origin }, use, viewport) {
  const page = await DocsPage.open(browser, origin, viewport);
  try {
    await use(page);
    assert.deepEqual(page.errors, [], 'errors in the browser');
    assert.deepEqual(page.requestedUrls.filter((url) => !url.startsWith(`${origin}/`)), [], 'requests to other servers');
  } finally {
    await page.close();
  }
}

for (const [name, program] of [['mock', () => mock], ['server', () => server]]) {
  describe(`the documentation page of the ${name}`, () => {
    test('shows exactly the operations of the contract', () =>
      withPage(program(), async (page) => {
        assert.deepEqual((await page.operations()).sort(), [...operations].sort());
        assert.match(await page.tab.locator('.info').innerText(), /To try requests/);
      }));

    test('allows only content from the server', () =>
      withPage(program(), async (page) => {
        const policy = page.response.headers()['content-security-policy'];
        assert.match(policy, /default-src 'none'/);
        assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      }));

    test('sends a request and shows the response', () =>
      withPage(program(), async (page) => {
        assert.deepEqual(await page.execute('Server', 'pingServer'), { status: 200, body: { res: 'pong' } });
      }));

    test('shows why a request is rejected', () =>
      withPage(program(), async (page) => {
        // The browser reports every response with a status of 400 or more.
        const { status, body } = await page.execute('Users', 'getMyUser');
        assert.equal(status, 401);
        assert.equal(body.message, 'Authentication required');
        assert.equal(page.errors.length, 1);
        assert.match(page.errors.pop(), /401/);
      }));
  });
}

test('the mock accepts any bearer token and any API key', async () => {
  for (const scheme of ['bearer', 'api_key']) {
    await withPage(mock, async (page) => {
      await page.authorize(scheme, 'anything');
      const { status, body } = await page.execute('Users', 'getMyUser');
      assert.equal(status, 200);
      assert.match(body.email, /@/);
    });
  }
});

describe('on the server', () => {
  const account = { email: 'admin@example.com', password: 'correct horse', name: 'Admin' };
  const credentials = { email: account.email, password: account.password };
  let token;
  let secret;

  test('a login on the page starts a session in the browser', () =>
    withPage(
      server,
      async (page) => {
        const signedUp = await page.execute('Authentication', 'signUpAdmin', account);
        assert.equal(signedUp.status, 201);
        const login = await page.execute('Authentication', 'login', credentials);
        assert.equal(login.status, 201);
        token = login.body.accessToken;
        const key = await page.execute('API keys', 'createApiKey', { name: 'reader', permissions: ['user.read'] });
        assert.equal(key.status, 201);
        secret = key.body.secret;

        await page.filter('/users/me');
        const me = await page.execute('Users', 'getMyUser');
        assert.equal(me.status, 200);
        assert.equal(me.body.email, account.email);
        if (screenshot) {
          await page.takeScreenshot(screenshot);
        }
      },
      { width: 1100, height: 1500 },
    ));

  test('the token of a login can be entered as a bearer token', () =>
    withPage(server, async (page) => {
      await page.authorize('bearer', token);
      const me = await page.execute('Users', 'getMyUser');
      assert.equal(me.status, 200);
      assert.equal(me.body.email, account.email);
    }));

  test('the secret of an API key grants its permissions', () =>
    withPage(server, async (page) => {
      await page.authorize('api_key', secret);
      assert.equal((await page.execute('Users', 'getMyUser')).status, 200);
      const refused = await page.execute('Sessions', 'getSessions');
      assert.equal(refused.status, 403);
      assert.equal(refused.body.message, 'Missing required permission: session.read');
      assert.match(page.errors.pop(), /403/);
    }));
});
