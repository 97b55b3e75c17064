// Starts a server of the project for a test, and talks to it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const viewerFolder = path.join(
  import.meta.dirname, 'node_modules', 'swagger-ui-dist');

// Both programs, by name. TODO_SYNC and TODO_ASYNC say where they are.
export const programs = {
  'todo-sync': process.env.TODO_SYNC,
  'todo-async': process.env.TODO_ASYNC,
};

// As in tests/support/environment.c: nothing in somebody's shell decides a test.
const environment = Object.fromEntries(
  ['PATH', 'HOME', 'TMPDIR', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS']
    .filter((name) => name in process.env)
    .map((name) => [name, process.env[name]]));

// Resolves when the file is there; rejects when the child ends before.
function appears(file, child) {
  return new Promise((resolve, reject) => {
    const watcher = watch(path.dirname(file), look);
    function look() {
      if (!existsSync(file))
        return;
      watcher.close();
      resolve();
    }
    child.once('error', reject);
    child.once('exit', (code) => {
      watcher.close();
      reject(new Error(`ended with ${code} before it listened`));
    });
    look();
  });
}

// The gates of a server: each line of common/base/gates.h is a command. Gives
// what sends one, and waits until it is done.
async function openGates(file) {
  const socket = net.connect(file);
  await once(socket, 'connect');
  return async (command) => {
    socket.write(`${command}\n`);
    const [answer] = await once(socket, 'data');
    assert.equal(`${answer}`, 'ok\n', command);
  };
}

// A running server: {url, port, gates, stop}. stop() expects a clean end. Its database
// is empty, unless `db` names a file; its port any that is free, unless `port`
// says which. Without `viewer` its /docs is the plain page; `more` are further
// arguments. With `gated` there are gates: gates('hold store.commit').
export async function startServer(name,
  { viewer = true, db, port = 0, more = [], gated = false } = {}) {
  assert.ok(programs[name],
    `${name.toUpperCase().replace('-', '_')} must say where ${name} is`);
  const folder = mkdtempSync(path.join(tmpdir(), 'todo-web-'));
  const portFile = path.join(folder, 'port');
  const args = ['--port', `${port}`, '--port-file', portFile,
    '--db', db ?? path.join(folder, 'todos.db'), '--log-level', 'warn', ...more];
  if (viewer)
    args.push('--docs-dir', viewerFolder);
  if (gated)
    args.push('--gates', folder);
  const child = spawn(programs[name], args,
    { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  // Whatever happens to the test, the server does not outlive it.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('exit', kill);
      resolve(signal ?? code);
    });
  });
  await appears(portFile, child);
  const gates = gated && await openGates(
    path.join(folder, `${name}-${child.pid}.gates`));
  const listens = readFileSync(portFile, 'utf8').trim();
  return {
    url: `http://127.0.0.1:${listens}`,
    port: Number(listens),
    gates,
    async stop() {
      child.kill('SIGTERM');
      assert.equal(await ended, 0, `${name} ends cleanly`);
      rmSync(folder, { recursive: true });
    },
  };
}

// One request on a connection of its own; `body` is sent as it is. Fields named
// in `without` are left out although HTTP asks for them. Gives
// {status, headers, text}.
export function ask(url, method = 'GET', { headers = {}, body, without } = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {}
      : { 'Content-Length': Buffer.byteLength(body) };
    const request = http.request(url,
      { method, agent: false, headers: { ...length, ...headers } });
    for (const name of without ?? [])
      request.removeHeader(name);
    request.once('error', reject);
    request.once('response', async (response) => {
      try {
        const chunks = await response.toArray();
        resolve({
          status: response.statusCode,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      } catch (error) {
        reject(error);
      }
    });
    request.end(body);
  });
}

// Sends a todo, or a change to one.
export function sendTodo(url, method, todo, headers = {}) {
  return ask(url, method, {
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof todo === 'string' ? todo : JSON.stringify(todo),
  });
}
