// The documentation page as a person uses it: named after what they see and do.

import { chromium } from 'playwright-core';

/** Nothing on the page takes longer. */
const LIMIT_MS = 20_000;

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Its sandbox needs rights that a container does not give. It only ever sees our own pages.
    args: ['--no-sandbox'],
  });
}

/** The page in a window of its own, without cookies of others, and everything that went wrong in it. */
export class DocsPage {
  static async open(browser, origin, viewport = { width: 1280, height: 900 }) {
    const context = await browser.newContext({ viewport });
    context.setDefaultTimeout(LIMIT_MS);
    const page = new DocsPage();
    page.complaints = [];
    page.asked = [];
    page.tab = await context.newPage();
    page.tab.on('console', (message) => page.complaints.push(`${message.type()}: ${message.text()}`));
    page.tab.on('pageerror', (error) => page.complaints.push(String(error)));
    page.tab.on('request', (request) => page.asked.push(request.url()));
    await page.tab.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    page.response = await page.tab.goto(`${origin}/api/docs`);
    await page.tab.waitForSelector('.opblock');
    return page;
  }

  close() {
    return this.tab.context().close();
  }

  /** What stands on the lines of the operations, such as `GET /users/me`. */
  operations() {
    return this.tab.$$eval('.opblock', (blocks) =>
      blocks.map((block) => {
        const text = (selector) => block.querySelector(selector).textContent.replace(/\u200b/g, '').trim();
        return `${text('.opblock-summary-method')} ${text('.opblock-summary-path')}`;
      }),
    );
  }

  /** Opens an operation, fills in the body, presses Execute, and reads the answer from the page. */
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

  /** Enters a credential in the dialogue behind Authorize. */
  async authorize(scheme, secret) {
    await this.tab.locator('.scheme-container .btn.authorize').click();
    const dialogue = this.tab.locator('.dialog-ux .modal-ux');
    const form = dialogue.locator('.auth-container', { hasText: `${scheme} ` });
    await form.locator('input').fill(secret);
    await form.locator('button.authorize').click();
    await dialogue.locator('.close-modal').click();
  }

  /** Leaves only the operations whose path or tag has this in it. */
  async filter(text) {
    await this.tab.locator('.operation-filter-input').fill(text);
    // It is done a moment after the last letter.
    await this.tab.locator('#operations-Server-pingServer').waitFor({ state: 'detached' });
  }

  /** A picture of the page from its top to the end of the first answer. */
  async picture(path) {
    await this.tab.locator('.scheme-container').click();
    const { width } = this.tab.viewportSize();
    const answer = await this.tab.locator('.live-responses-table').first().boundingBox();
    await this.tab.screenshot({ path, clip: { x: 0, y: 0, width, height: answer.y + answer.height + 8 } });
  }
}
