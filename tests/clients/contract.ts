// The contract of the server, for the tests of clients in TypeScript. `contract.py` is the same for Python.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "generated", "openapi.json"), "utf8"),
);

type Schema = {
  $ref?: string;
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
};
type Operation = {
  operationId: string;
  responses: Record<string, { content?: { "application/json"?: { schema: Schema } } }>;
};
const paths = Object.entries(document.paths as Record<string, Record<string, Operation>>);

/** The permissions that an API key can have. */
export const permissions: string[] = document.components.schemas.Permission.enum;

/** The ids of all operations. */
export const operations = paths.flatMap(([, methods]) => Object.values(methods).map((found) => found.operationId));

/** The properties that the contract requires of the successful answer of an operation, such as `LoginResponseDto.name`,
 * also in nested schemas. */
export function required(operationId: string): string[] {
  const operation = paths
    .flatMap(([, methods]) => Object.values(methods))
    .find((operation) => operation.operationId === operationId);
  const success = Object.entries(operation?.responses ?? {}).find(([status]) => status.startsWith("2"));
  const schema = success?.[1].content?.["application/json"]?.schema;
  return [...new Set(schema && requiredBy(schema))].sort();
}

function requiredBy(schema: Schema, name = ""): string[] {
  const referenced = schema.$ref?.split("/").at(-1);
  if (referenced) {
    return requiredBy(document.components.schemas[referenced], referenced);
  }
  const parts = [...(schema.allOf ?? []), ...(schema.items ? [schema.items] : [])];
  return [
    ...(schema.required ?? []).map((property) => `${name}.${property}`),
    ...[...parts, ...Object.values(schema.properties ?? {})].flatMap((part) => requiredBy(part)),
  ];
}

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
