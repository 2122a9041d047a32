// The documentation page in a browser: methods for what a user sees and does.

import { chromium } from 'playwright-core';

/** The time limit of every action on the page. */
const LIMIT_MS = 20_000;

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // The sandbox needs privileges that a container does not have. The browser opens only our own pages.
    args: ['--no-sandbox'],
  });
}

/** The page in a new window without cookies, and all errors in it. */
export class DocsPage {
  static async open(browser, origin, viewport = { width: 1280, height: 900 }) {
    const context = await browser.newContext({ viewport });
    context.setDefaultTimeout(LIMIT_MS);
    const page = new DocsPage();
    page.errors = [];
    page.requestedUrls = [];
    page.tab = await context.newPage();
    page.tab.on('console', (message) => page.errors.push(`${message.type()}: ${message.text()}`));
    page.tab.on('pageerror', (error) => page.errors.push(String(error)));
    page.tab.on('request', (request) => page.requestedUrls.push(request.url()));
    await page.tab.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`content security policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    page.response = await page.tab.goto(`${origin}/api/docs`);
    await page.tab.waitForSelector('.opblock');
    return page;
  }

  close() {
    return this.tab.context().close();
  }

  /** The titles of the operations, such as `GET /users/me`. */
  operations() {
    return this.tab.$$eval('.opblock', (blocks) =>
      blocks.map((block) => {
        const text = (selector) => block.querySelector(selector).textContent.replace(/\u200b/g, '').trim();
        return `${text('.opblock-summary-method')} ${text('.opblock-summary-path')}`;
      }),
    );
  }

  /** Opens an operation, fills in the body, presses Execute, and reads the response from the page. */
  async execute(tag, operation, body) {
    const block = this.tab.locator(`#operations-${tag.replaceAll(' ', '_')}-${operation}`);
    if (!(await block.locator('.execute').isVisible())) {
      await block.locator('.opblock-summary-control').click();
    }
    if (body !== undefined) {
      await block.locator('textarea.body-param__text').fill(JSON.stringify(body));
    }
    const answered = this.tab.waitForResponse((response) => response.request().resourceType() === 'fetch');
    await block.locator('.execute').click();
    await answered;
    const live = block.locator('.live-responses-table .response');
    await live.waitFor();
    const shown = live.locator('.response-col_description .highlight-code code').first();
    return {
      status: Number((await live.locator('.response-col_status').innerText()).trim().split(/\s/)[0]),
      body: (await shown.count()) > 0 ? JSON.parse(await shown.innerText()) : undefined,
    };
  }

  /** Enters a credential in the Authorize dialog. */
  async authorize(scheme, secret) {
    await this.tab.locator('.scheme-container .btn.authorize').click();
    const dialog = this.tab.locator('.dialog-ux .modal-ux');
    const form = dialog.locator('.auth-container', { hasText: `${scheme} ` });
    await form.locator('input').fill(secret);
    await form.locator('button.authorize').click();
    await dialog.locator('.close-modal').click();
  }

  /** Filters the operations by path or tag. */
  async filter(text) {
    await this.tab.locator('.operation-filter-input').fill(text);
    // The filter is applied with a delay after the last keystroke.
    await this.tab.locator('#operations-Server-pingServer').waitFor({ state: 'detached' });
  }

  /** Takes a screenshot from the top of the page to the end of the first response. */
  async takeScreenshot(path) {
    await this.tab.locator('.scheme-container').click();
    const { width } = this.tab.viewportSize();
    const answer = await this.tab.locator('.live-responses-table').first().boundingBox();
    await this.tab.screenshot({ path, clip: { x: 0, y: 0, width, height: answer.y + answer.height + 8 } });
  }
}
