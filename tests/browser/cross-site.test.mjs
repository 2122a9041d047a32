// Pages of other sites against the server, in a real browser: forms that they submit with the user's cookie.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { DocsPage, launchBrowser } from './docs-page.mjs';
import { startServer } from './program.mjs';

const account = { email: 'admin@example.com', password: 'correct horse', name: 'Admin' };

let browser;
let server;
let otherSite;

/** A server of pages that each submit a form, as `?action=URL&name=value…` says. */
function startOtherSite() {
  const site = createServer((request, response) => {
    const fields = new URL(request.url, 'http://localhost').searchParams;
    const action = fields.get('action');
    fields.delete('action');
    const inputs = [...fields].map(([name, value]) => `<input name="${name}" value="${value}">`);
    response.setHeader('Content-Type', 'text/html');
    response.end(`<form method="post" action="${action}">${inputs.join('')}</form><script>document.forms[0]?.submit()</script>`);
  });
  return new Promise((resolve) => site.listen(0, '127.0.0.1', () => resolve(site)));
}

before(async () => {
  [browser, server, otherSite] = await Promise.all([launchBrowser(), startServer(), startOtherSite()]);
});

after(async () => {
  await Promise.all([browser?.close(), server?.stop()]);
  otherSite?.close();
});

/** Opens a page of the other site that submits a form to the server; resolves to the request's headers and the response. */
async function submit(context, host, path, fields) {
  const tab = await context.newPage();
  const action = `${server.origin}/api${path}`;
  const answered = tab.waitForResponse(action);
  const page = `http://${host}:${otherSite.address().port}/?${new URLSearchParams({ action, ...fields })}`;
  await tab.goto(page, { waitUntil: 'commit' });
  const response = await answered;
  const headers = await response.request().allHeaders();
  return { status: response.status(), site: headers['sec-fetch-site'], cookie: headers.cookie };
}

test('no page of another site signs up the first administrator', async () => {
  const context = await browser.newContext();
  const { status, site } = await submit(context, 'localhost', '/auth/admin-sign-up', account);
  assert.deepEqual({ status, site }, { status: 403, site: 'cross-site' });
  await context.close();

  const config = await (await fetch(`${server.origin}/api/server/config`)).json();
  assert.equal(config.isInitialized, false);
});

test('no page of another port changes anything with the cookie of the user', async () => {
  const page = await DocsPage.open(browser, server.origin);
  assert.equal((await page.execute('Authentication', 'signUpAdmin', account)).status, 201);
  const { email, password } = account;
  assert.equal((await page.execute('Authentication', 'login', { email, password })).status, 201);
  const context = page.tab.context();

  // Another port is another origin of the same site: the browser adds the cookie.
  for (const [path, fields] of [
    ['/api-keys', { name: 'evil', 'permissions[]': 'all' }],
    ['/auth/change-password', { password, newPassword: 'evil password' }],
  ]) {
    const { status, site, cookie } = await submit(context, '127.0.0.1', path, fields);
    assert.match(cookie, /immich_access_token=/);
    assert.deepEqual({ status, site }, { status: 403, site: 'same-site' }, path);
  }
  const keys = await page.execute('API keys', 'getApiKeys');
  assert.deepEqual(keys, { status: 200, body: [] });
  assert.equal((await page.execute('Authentication', 'login', { email, password })).status, 201);
  await page.close();
});
