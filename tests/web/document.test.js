// The API document: is it well made, and do the servers do what it says?
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Document } from './document.js';
import { ask, programs, sendTodo, startServer } from './server.js';

// Neither linter is to ask or tell anybody anything.
const quiet = {
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  CI: 'true',
  NO_COLOR: '1',
};

const linters = {
  redocly: ['@redocly/cli/bin/cli.js', 'lint', '--config', 'redocly.yaml',
    '--max-problems', '1000'],
  spectral: ['@stoplight/spectral-cli/dist/index.js', 'lint', '--ruleset',
    '.spectral.yaml', '--fail-severity', 'hint'],
};

// What a linter says of a document: {clean, said}. Warnings count.
function lint(linter, file) {
  const [script, ...args] = linters[linter];
  return new Promise((resolve) => {
    execFile(process.execPath,
      [path.join('node_modules', script), ...args, file],
      { cwd: import.meta.dirname, env: { ...process.env, ...quiet } },
      (error, stdout, stderr) => {
        const said = stdout + stderr;
        resolve({ clean: !error && !/\bwarnings?\.?$/m.test(said), said });
      });
  });
}

const servers = {};
const texts = {};
let folder;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'todo-web-'));
  for (const name of Object.keys(programs)) {
    servers[name] = await startServer(name);
    const answer = await ask(`${servers[name].url}/openapi.json`);
    texts[name] = answer.text;
    writeFileSync(path.join(folder, `${name}.json`), answer.text);
  }
});

after(async () => {
  for (const server of Object.values(servers))
    await server.stop();
  rmSync(folder, { recursive: true });
});

test('both servers send the same document, byte for byte', () => {
  assert.ok(texts['todo-sync'].length > 0);
  assert.equal(texts['todo-sync'], texts['todo-async']);
});

for (const linter of Object.keys(linters)) {
  for (const name of Object.keys(programs))
    test(`${linter} finds nothing in the document of ${name}`, async () => {
      const { clean, said } =
        await lint(linter, path.join(folder, `${name}.json`));
      assert.ok(clean, said);
    });

  test(`${linter} finds what is wrong when something is`, async () => {
    const broken = JSON.parse(texts['todo-sync']);
    delete broken.paths['/todos'].get.summary;
    delete broken.paths['/todos'].get.description;
    delete broken.paths['/todos/{id}'].get.parameters;
    const file = path.join(folder, `broken-for-${linter}.json`);
    writeFileSync(file, JSON.stringify(broken));
    assert.ok(!(await lint(linter, file)).clean);
  });

  test(`${linter} finds what deserves no more than a warning`, async () => {
    const careless = JSON.parse(texts['todo-sync']);
    careless.components.schemas.Unused = { type: 'object' };
    const file = path.join(folder, `careless-for-${linter}.json`);
    writeFileSync(file, JSON.stringify(careless));
    assert.ok(!(await lint(linter, file)).clean);
  });
}

for (const name of Object.keys(programs))
  describe(`the answers of ${name} are those of its document`, () => {
    let url;
    let document;

    before(() => {
      url = servers[name].url;
      document = new Document(texts[name]);
    });

    async function createTodo(todo = { title: 'Buy milk' }) {
      const answer = await sendTodo(`${url}/todos`, 'POST', todo);
      document.check('create_todo', answer);
      assert.equal(answer.status, 201, answer.text);
      return { etag: answer.headers.etag, ...JSON.parse(answer.text) };
    }

    async function expect(operationId, status, answer) {
      document.check(operationId, answer);
      assert.equal(answer.status, status, answer.text);
      return answer;
    }

    test('a todo from its creation to its end', async () => {
      const todo = await createTodo({
        title: 'Buy milk', order: -3, due_at: '2030-01-02T03:04:05+06:00',
      });
      await expect('read_todo', 200, await ask(todo.url));
      await expect('read_todo', 304,
        await ask(todo.url, 'GET',
          { headers: { 'If-None-Match': todo.etag } }));
      await expect('replace_todo', 200,
        await sendTodo(todo.url, 'PUT', { title: 'Buy bread' }));
      await expect('patch_todo', 200, await sendTodo(todo.url, 'PATCH',
        { completed: true },
        { 'Content-Type': 'application/merge-patch+json' }));
      await expect('patch_todo', 412, await sendTodo(todo.url, 'PATCH',
        { completed: false }, { 'If-Match': todo.etag }));
      await expect('delete_todo', 204, await ask(todo.url, 'DELETE'));
      await expect('read_todo', 404, await ask(todo.url));
      await expect('clear_todos', 204,
        await ask(`${url}/todos?completed=true`, 'DELETE'));
    });

    test('pages of todos, in every order there is', async () => {
      await createTodo();
      await createTodo({ title: 'Buy bread', order: 1 });
      const first = await expect('list_todos', 200,
        await ask(`${url}/todos?limit=1`));
      assert.match(first.headers.link, /^<.*>; rel="next"$/);
      for (const sort of document.json.components.parameters.sort.schema.enum)
        await expect('list_todos', 200,
          await ask(`${url}/todos?sort=${sort}&completed=false&overdue=false` +
            '&q=buy'));
    });

    const send = (path, account, headers) =>
      sendTodo(`${url}${path}`, 'POST', account, headers);

    test('a user, and a token for its password', async () => {
      const account =
        { name: `u${Date.now()}`, password: 'correct horse battery' };
      await expect('create_user', 201, await send('/users', account));
      await expect('create_user', 409, await send('/users', account));
      const answer =
        await expect('create_token', 200, await send('/tokens', account));
      assert.equal(answer.headers['cache-control'], 'no-store');
      const wrong = await expect('create_token', 401, await send('/tokens',
        { ...account, password: 'wrong horse battery' }));
      assert.equal(wrong.headers['www-authenticate'], 'Bearer');
    });

    test('users and tokens that go wrong', async () => {
      for (const [path, operation] of
        [['/users', 'create_user'], ['/tokens', 'create_token']]) {
        await expect(operation, 400, await send(path, '{'));
        await expect(operation, 411, await ask(`${url}${path}`, 'POST', {
          headers: { 'Content-Type': 'application/json' },
          without: ['Content-Length', 'Transfer-Encoding'],
        }));
        await expect(operation, 413,
          await send(path, { name: 'x'.repeat(70000) }));
        await expect(operation, 415,
          await ask(`${url}${path}`, 'POST', { body: 'name=x' }));
        await expect(operation, 422,
          await send(path, { name: 'X', password: 'short', colour: 'red' }));
        await expect(operation, 422, await send(`${path}?limit=1`, {}));
        await expect(operation, 405, await ask(`${url}${path}`));
      }
    });

    test('the server itself', async () => {
      await expect('show_home', 200, await ask(`${url}/`));
      await expect('show_docs', 200, await ask(`${url}/docs`));
      await expect('show_docs_file', 200, await ask(`${url}/docs/style.css`));
      await expect('show_live', 200, await ask(`${url}/live`));
      await expect('show_waiting', 200, await ask(`${url}/waiting`));
      await expect('show_docs_file', 404, await ask(`${url}/docs/nothing`));
      await expect('show_openapi', 200, await ask(`${url}/openapi.json`));
      await expect('check_health', 200, await ask(`${url}/healthz`));
      await expect('check_ready', 200, await ask(`${url}/readyz`));
      await expect('show_metrics', 200, await ask(`${url}/metrics`));
      await expect('show_metrics', 422, await ask(`${url}/metrics?limit=1`));
    });

    test('requests that go wrong', async () => {
      const todos = `${url}/todos`;
      const long = 'x'.repeat(70000);
      await expect('create_todo', 400, await sendTodo(todos, 'POST', '{'));
      await expect('create_todo', 411, await ask(todos, 'POST', {
        headers: { 'Content-Type': 'application/json' },
        without: ['Content-Length', 'Transfer-Encoding'],
      }));
      await expect('create_todo', 413,
        await sendTodo(todos, 'POST', { title: long }));
      await expect('create_todo', 415,
        await ask(todos, 'POST', { body: 'title=x' }));
      await expect('create_todo', 415, await ask(todos, 'POST', {
        headers: { 'Content-Type': 'application/json',
          'Content-Encoding': 'gzip' },
        body: '{}',
      }));
      await expect('patch_todo', 415,
        await ask(`${todos}/1`, 'PATCH', { body: 'title=x' }));
      await expect('list_todos', 421,
        await ask(todos, 'GET', { headers: { Host: 'elsewhere.example' } }));
      await expect('create_todo', 417, await ask(todos, 'POST',
        { headers: { Expect: 'a miracle', 'Content-Length': 0 } }));
      await expect('create_todo', 422, await sendTodo(todos, 'POST',
        { title: '', completed: null, colour: 'red' }));
      await expect('list_todos', 422,
        await ask(`${todos}?limit=0&sort=colour`));
      await expect('list_todos', 414,
        await ask(`${todos}?q=${long.slice(0, 9000)}`));
      await expect('list_todos', 431,
        await ask(todos, 'GET', { headers: { X: long.slice(0, 17000) } }));
      await expect('list_todos', 405, await ask(todos, 'PATCH'));
    });

    // What the schemas accept, the server accepts, and nothing else. The
    // schemas are looser in one thing: formats of dates.
    const bodies = [
      {},
      { title: 'x' },
      { title: null },
      { title: 17 },
      { title: '' },
      { title: ' \u0085\u3000\u2003' },
      { title: '\ufeff' },
      { title: ' a ' },
      { title: 'a\tb' },
      { title: 'a\u007fb' },
      { title: 'a\u2028b' },
      { title: 'x'.repeat(200) },
      { title: 'x'.repeat(201) },
      { title: '\u{1F95B}'.repeat(200) },
      { title: '\u{1F95B}'.repeat(201) },
      { title: 'x', completed: true },
      { title: 'x', completed: null },
      { title: 'x', completed: 'true' },
      { title: 'x', order: null },
      { title: 'x', order: 1.5 },
      { title: 'x', order: '1' },
      { title: 'x', order: Number.MAX_SAFE_INTEGER },
      { title: 'x', order: Number.MIN_SAFE_INTEGER },
      { title: 'x', order: 2 ** 53 },
      { title: 'x', order: -(2 ** 53) },
      { title: 'x', due_at: null },
      { title: 'x', due_at: '2030-01-02T03:04:05.678901-11:30' },
      { title: 'x', due_at: '2030-02-30T03:04:05Z' },
      { title: 'x', due_at: 'tomorrow' },
      { title: 'x', due_at: 17 },
      { title: 'x', id: 'any', url: null, created_at: 1, updated_at: {} },
      { title: 'x', colour: 'red' },
      { title: 'x', colour: null },
      { completed: true },
      { completed: null },
      { order: null, due_at: null },
    ];

    test('bodies that the schemas allow are taken, others are a 422',
      async () => {
        const { url: one } = await createTodo();
        const ways = [
          ['POST', `${url}/todos`, 201, document.schema('TodoWhole')],
          ['PUT', one, 200, document.schema('TodoWhole')],
          ['PATCH', one, 200, document.schema('TodoPatch')],
        ];
        for (const body of bodies)
          for (const [method, where, good, allows] of ways) {
            const { status } = await sendTodo(where, method, body);
            assert.equal(status, allows(body) ? good : 422,
              `${method} ${JSON.stringify(body)}`);
          }
      });

    // Lengths of passwords are bytes; JSON Schema counts code points.
    const good = 'correct horse battery';
    const accounts = [
      {},
      { name: 'somebody' },
      { password: good },
      { name: null, password: good },
      { name: 'somebody', password: null },
      { name: 17, password: good },
      { name: 'somebody', password: 123456789012 },
      { name: 'somebody', password: good },
      { name: 'ab', password: good },
      { name: 'abc', password: good },
      { name: 'a'.repeat(32), password: good },
      { name: 'a'.repeat(33), password: good },
      { name: 'a.b_c-0', password: good },
      { name: '0abc', password: good },
      { name: 'Abc', password: good },
      { name: 'a b c', password: good },
      { name: 'abc\n', password: good },
      { name: 'abc\u00e9', password: good },
      { name: 'somebody', password: 'x'.repeat(11) },
      { name: 'somebody', password: 'x'.repeat(12) },
      { name: 'somebody', password: 'x'.repeat(128) },
      { name: 'somebody', password: 'x'.repeat(129) },
      { name: 'somebody', password: `${good}\u0000` },
      { name: 'somebody', password: `\t${good}\n\u007f` },
      { name: 'somebody', password: good, id: 2 },
      { name: 'somebody', password: good, created_at: null },
    ];

    test('accounts that the schema allows are looked at, others are a 422',
      async () => {
        const allows = document.schema('Account');
        for (const account of accounts)
          for (const path of ['/users', '/tokens']) {
            const { status } = await send(path, account);
            assert.equal(status === 422, !allows(account),
              `${path} ${JSON.stringify(account)}`);
          }
      });

    test('with --auth, todos and suggestions need a token', async () => {
      const server = await startServer(name, { more: ['--auth'] });
      const account = { name: 'somebody', password: good };
      const todo = `${server.url}/todos/1`;
      const operations = [
        ['list_todos', 'GET', '/todos'],
        ['create_todo', 'POST', '/todos'],
        ['clear_todos', 'DELETE', '/todos'],
        ['read_todo', 'GET', '/todos/1'],
        ['replace_todo', 'PUT', '/todos/1'],
        ['patch_todo', 'PATCH', '/todos/1'],
        ['delete_todo', 'DELETE', '/todos/1'],
        ['stream_events', 'GET', '/todos/events'],
        ['export_todos', 'GET', '/todos/export'],
        ['count_todos', 'GET', '/todos/stats'],
        ['suggest_titles', 'GET', '/suggestions'],
      ];
      for (const [operation, method, path] of operations)
        for (const headers of [{}, { Authorization: 'Bearer x' }]) {
          const answer = await expect(operation, 401,
            await ask(`${server.url}${path}`, method, { headers }));
          assert.equal(answer.headers['www-authenticate'].includes('error='),
            'Authorization' in headers);
        }
      await sendTodo(`${server.url}/users`, 'POST', account);
      const { text } =
        await sendTodo(`${server.url}/tokens`, 'POST', account);
      const headers =
        { Authorization: `Bearer ${JSON.parse(text).access_token}` };
      await expect('create_todo', 201, await sendTodo(`${server.url}/todos`,
        'POST', { title: 'Buy milk' }, headers));
      await expect('read_todo', 200, await ask(todo, 'GET', { headers }));
      await expect('count_todos', 200,
        await ask(`${server.url}/todos/stats`, 'GET', { headers }));
      await expect('check_health', 200, await ask(`${server.url}/healthz`));
      await server.stop();
    });
  });

// An operation that may answer 401 says which scheme would do, and no other.
test('the document tells which operations need a token', () => {
  const document = new Document(texts['todo-sync']);
  const schemes = Object.entries(document.json.components.securitySchemes)
    .filter(([, scheme]) => scheme.type === 'http'
      && scheme.scheme.toLowerCase() === 'bearer');
  assert.equal(schemes.length, 1);
  const [[bearer]] = schemes;
  for (const { path, method, security = [], responses } of document.operations) {
    const needs = /^\/(todos|suggestions)/.test(path);
    assert.equal(security.some((one) => bearer in one), needs,
      `${method} ${path}`);
    assert.equal('401' in responses, needs || path === '/tokens',
      `${method} ${path}`);
  }
});
