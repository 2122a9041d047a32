// The contract of the server, for the tests of clients in TypeScript. `contract.py` is the same for Python.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "generated", "openapi.json"), "utf8"),
);

type Operation = { operationId: string };
const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>);

/** The permissions that an API key can have. */
export const permissions: string[] = document.components.schemas.Permission.enum;

/** The ids of all operations. */
export const operations = paths.flatMap(([, methods]) => Object.values(methods).map((found) => found.operationId));

/** The id of the operation that answers a request, or nothing if the request is outside the contract. */
export function operationOf(method: string, path: string): string | undefined {
  const fitting = paths.filter(([template, methods]) => {
    const pattern = new RegExp(`^/api${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return method.toLowerCase() in methods && pattern.test(path);
  });
  // A path without placeholders is preferred, as by the server.
  const [, methods] = fitting.sort(([a], [b]) => a.split("{").length - b.split("{").length)[0] ?? [];
  return methods?.[method.toLowerCase()]?.operationId;
}
