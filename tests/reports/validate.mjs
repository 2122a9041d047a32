// Validates the reports of a run against the schemas of their formats: validate.mjs FOLDER
//
// JUnit has no official schema: junit-10.xsd is that of Jenkins. Counts, which no schema checks, are compared too.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import Ajv04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { validateXML } from "xmllint-wasm";

const folder = process.argv[2];
const require = createRequire(import.meta.url);
const text = (name) => readFileSync(join(folder, name), "utf8");
const json = (path) => JSON.parse(readFileSync(path, "utf8"));

function assertValid(validate, name) {
  const valid = validate(JSON.parse(text(name)));
  assert.ok(valid, `${name}: ${JSON.stringify(validate.errors?.slice(0, 5), null, 2)}`);
}

function sarif() {
  const ajv = new Ajv04({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  const main = require.resolve("@microsoft/jest-sarif");
  const schema = json(join(dirname(main), "schemas", "sarif-2.1.0-rtm.5.json"));
  assertValid(ajv.compile(schema), "report.sarif");
  const [run] = JSON.parse(text("report.sarif")).runs;
  for (const result of run.results) {
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
    assert.ok(result.locations[0].physicalLocation.region.startLine > 1, "a result is at its operation");
  }
  const keys = run.results.map((result) => result.partialFingerprints["conformFinding/v1"]);
  assert.equal(new Set(keys).size, keys.length, "fingerprints identify results");
}

function har() {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats(ajv);
  const schemas = join(dirname(require.resolve("har-schema/package.json")), "lib");
  const files = readdirSync(schemas).filter((file) => file.endsWith(".json"));
  for (const file of files) {
    // Draft 6 is a subset of what this validator reads, but for its name.
    const { $schema, ...schema } = json(join(schemas, file));
    ajv.addSchema(schema);
  }
  assertValid(ajv.getSchema("har.json#"), "report.har");
}

async function junit() {
  const here = dirname(fileURLToPath(import.meta.url));
  const result = await validateXML({
    xml: [{ fileName: "report.xml", contents: text("report.xml") }],
    schema: [readFileSync(join(here, "junit-10.xsd"), "utf8")],
  });
  assert.ok(result.valid, result.rawOutput);
  const xml = text("report.xml");
  const attributes = (element) => Object.fromEntries([...element.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, n, v]) => [n, v]));
  const count = (part, element) => [...part.matchAll(new RegExp(`<${element}[ >/]`, "g"))].length;
  const parts = { tests: "testcase", failures: "failure", errors: "error", skipped: "skipped" };
  const suites = [...xml.matchAll(/<testsuite ([^>]*)>(.*?)<\/testsuite>/gs)];
  assert.ok(suites.length > 1);
  for (const [, head, body] of suites) {
    const counted = attributes(head);
    for (const [name, element] of Object.entries(parts)) {
      assert.equal(Number(counted[name]), count(body, element), `${name} of ${counted.name}`);
    }
    const times = [...body.matchAll(/<testcase ([^>]*)>/g)].map(([, each]) => Number(attributes(each).time));
    assert.ok(Math.abs(times.reduce((sum, time) => sum + time, 0) - Number(counted.time)) < 0.0006 * times.length + 0.001);
  }
  const total = attributes(xml.match(/<testsuites ([^>]*)>/)[1]);
  for (const name of ["tests", "failures", "errors"]) {
    const sum = suites.reduce((so_far, [, head]) => so_far + Number(attributes(head)[name]), 0);
    assert.equal(Number(total[name]), sum, `${name} of all`);
  }
}

sarif();
har();
await junit();
