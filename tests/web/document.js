// The API document as a judge: does an answer keep what the document says?
import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export class Document {
  constructor(text) {
    this.json = JSON.parse(text);
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(this.ajv);
    this.ajv.addSchema(this.json, 'document');
  }

  // [{path, method, operationId, …}]
  get operations() {
    return Object.entries(this.json.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        ({ path, method: method.toUpperCase(), ...operation })));
  }

  // A validator for a schema of the components.
  schema(name) {
    return this.ajv.compile({ $ref: `document#/components/schemas/${name}` });
  }

  resolve(item) {
    if (!item?.$ref)
      return item;
    return item.$ref.slice('#/'.length).split('/')
      .reduce((at, key) => at[key], this.json);
  }

  // Fails unless the operation may give this answer.
  check(operationId, answer) {
    const operation = this.operations
      .find((known) => known.operationId === operationId);
    const response = this.resolve(operation.responses[answer.status]);
    const what = `${operationId} ${answer.status}`;
    assert.ok(response, `${what} is in the document`);
    this.#checkHeaders(response.headers, answer, what);
    this.#checkBody(response.content, answer, what);
  }

  #checkHeaders(headers, answer, what) {
    for (const [name, item] of Object.entries(headers)) {
      const header = this.resolve(item);
      const value = answer.headers[name.toLowerCase()];
      if (value === undefined)
        assert.ok(!header.required, `${what} has ${name}`);
      else
        this.#checkValue(header.schema, value, `${what} ${name}`);
    }
  }

  #checkBody(content, answer, what) {
    if (!content) {
      assert.equal(answer.text, '', `${what} has no body`);
      return;
    }
    const type = answer.headers['content-type'].split(';')[0];
    const media = content[type] ?? content[type.replace(/\/.*/, '/*')];
    assert.ok(media, `${what} has a known type, not ${type}`);
    this.#checkValue(media.schema,
      type.endsWith('json') ? JSON.parse(answer.text) : answer.text, what);
  }

  #checkValue(schema, value, what) {
    const local = schema.$ref ? { $ref: `document${schema.$ref}` } : schema;
    assert.ok(this.ajv.validate(local, value),
      `${what}: ${this.ajv.errorsText()} in ${JSON.stringify(value)}`);
  }
}
