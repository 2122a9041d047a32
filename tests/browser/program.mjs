// Starts and stops the program under test.

import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The executable; set by `make test-browser`. */
const executable = process.env.IMMICH_SERVER ?? 'target/debug/immich-server';
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;

/** The variables that every program needs, without the settings of the caller. */
function environment(settings) {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), IMMICH_PORT: '0', ...settings };
}

/** Starts a subcommand; resolves to its address and a function that stops it once it listens. */
async function start(command, settings) {
  const child = spawn(executable, [command], { env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const origin = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${command} ${why}; its log:\n${log}`));
    const timer = setTimeout(() => fail('did not print its address'), START_LIMIT_MS);
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
      const found = /^Listening on (http:\/\/[^/\s]+)\/api$/m.exec(output);
      if (found) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    });
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    ended.then((status) => fail(`ended with ${status}`));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(timer);
  };
  return { origin, stop };
}

/** Starts the mock server. */
export function startMock() {
  return start('mock', {});
}

/** Starts the server with a temporary database, which is removed when the server stops. */
export async function startServer() {
  const folder = await mkdtemp(join(tmpdir(), 'immich-api-browser-'));
  // Postgres may run under another account.
  await chmod(folder, 0o755);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const server = await start('serve', { IMMICH_DATA_DIR: join(folder, 'data') });
    return { origin: server.origin, stop: () => server.stop().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
