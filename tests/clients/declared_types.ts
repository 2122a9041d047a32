// Checks every answer against the types that a TypeScript client declares. The types themselves do nothing at run time:
// a client whose answer lacks a property fails later, where the property is used.
import assert from "node:assert/strict";
import ts from "typescript";
import { operations } from "./contract.ts";
import type { Report } from "./report.ts";

const { TypeFlags, SymbolFlags } = ts;

export class DeclaredTypes {
  readonly #checker: ts.TypeChecker;
  readonly #exports: ts.Symbol[];
  readonly #report: Report;

  /** `declarations` is the `.d.ts` file of the client. */
  constructor(declarations: string, report: Report) {
    const options = { strict: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 };
    const program = ts.createProgram([declarations], options);
    this.#checker = program.getTypeChecker();
    const file = program.getSourceFile(declarations);
    const module = file && this.#checker.getSymbolAtLocation(file);
    assert.ok(module, `${declarations} declares a module`);
    this.#exports = this.#checker.getExportsOfModule(module);
    this.#report = report;
  }

  /** The names of the functions that the module exports from one of its files. */
  functions(file: string): string[] {
    const declared = this.#exports.map((symbol) =>
      symbol.flags & SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol,
    );
    return declared
      .filter(({ flags }) => flags & SymbolFlags.Function)
      .filter(({ declarations }) => declarations?.[0]?.getSourceFile().fileName.endsWith(`/${file}.d.ts`))
      .map(({ name }) => name);
  }

  /** A client that is used as the given one, and checks the answers of every operation. `type` is the name of its class,
   * if it is not the module itself. */
  checked<Client extends object>(client: Client, type?: string): Client {
    const members = type ? this.#members(type) : this.#exports;
    return new Proxy(client, {
      get: (target, name) => {
        const member = Reflect.get(target, name);
        if (typeof member !== "function" || typeof name !== "string" || !operations.includes(name)) {
          return member;
        }
        const answer = this.#answer(members, name);
        const call = this.#report.call(name);
        call.operations = [name];
        return async (...values: unknown[]) => {
          const value: unknown = await member.apply(target, values);
          const found = this.#problems(answer, value, name).filter((problem) => !call.problems.includes(problem));
          call.problems.push(...new Set(found));
          return value;
        };
      },
    });
  }

  /** The properties that the module requires of the answer of one of its functions, such as `LoginResponseDto.name`, also
   * in nested types. */
  required(name: string): string[] {
    return [...new Set(this.#requiredBy(this.#answer(this.#exports, name)))].sort();
  }

  #requiredBy(type: ts.Type): string[] {
    if (type.isUnion()) return type.types.flatMap((member) => this.#requiredBy(member));
    if (this.#checker.isArrayType(type)) {
      return this.#checker.getTypeArguments(type as ts.TypeReference).flatMap((item) => this.#requiredBy(item));
    }
    if (!(type.flags & TypeFlags.Object)) return [];
    return type.getProperties().flatMap((property) => [
      ...(property.flags & SymbolFlags.Optional ? [] : [`${type.aliasSymbol?.name}.${property.name}`]),
      ...this.#requiredBy(this.#checker.getTypeOfSymbol(property)),
    ]);
  }

  #members(type: string): ts.Symbol[] {
    const found = this.#exports.find(({ name }) => name === type);
    assert.ok(found, `the client exports ${type}`);
    return this.#checker.getDeclaredTypeOfSymbol(found).getProperties();
  }

  /** The type in the promise that a function returns. */
  #answer(members: ts.Symbol[], name: string): ts.Type {
    const member = members.find((member) => member.name === name);
    assert.ok(member, `the client declares ${name}`);
    const [signature] = this.#checker.getTypeOfSymbol(member).getCallSignatures();
    const promise = signature?.getReturnType();
    const answer = promise && this.#checker.getAwaitedType(promise);
    assert.ok(answer, `${name} returns a promise`);
    return answer;
  }

  /** What differs between a value and its type. `place` says where the value is. */
  #problems(type: ts.Type, value: unknown, place: string): string[] {
    const other = [`${place} is ${JSON.stringify(value)}, not ${this.#checker.typeToString(type)}`];
    const unless = (fits: boolean) => (fits ? [] : other);
    // A function without an answer is declared as `void` or as `never`.
    if (type.flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.Void | TypeFlags.Never)) return [];
    if (type.flags & TypeFlags.Null) return unless(value === null);
    if (type.flags & TypeFlags.Undefined) return unless(value === undefined);
    if (type.flags & TypeFlags.Boolean) return unless(typeof value === "boolean");
    if (type.flags & TypeFlags.BooleanLiteral) return unless(String(value) === this.#checker.typeToString(type));
    if (type.isLiteral()) return unless(value === type.value);
    if (type.isUnion()) return this.#problemsOfUnion(type, value, place) ?? other;
    if (type.flags & TypeFlags.StringLike) return unless(typeof value === "string");
    if (type.flags & TypeFlags.NumberLike) return unless(typeof value === "number");
    if (type.symbol?.name === "Date") return unless(value instanceof Date && !Number.isNaN(value.valueOf()));
    if (this.#checker.isArrayType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      if (!item || !Array.isArray(value)) return other;
      return value.flatMap((element) => this.#problems(item, element, place));
    }
    if (typeof value !== "object" || value === null) return other;
    return this.#problemsOfObject(type, value as Record<string, unknown>);
  }

  /** Nothing means that no member of the union fits. */
  #problemsOfUnion(type: ts.UnionType, value: unknown, place: string): string[] | undefined {
    const each = type.types.map((member) => this.#problems(member, value, place));
    if (each.some((problems) => problems.length === 0)) return [];
    // For an object, the problems inside it say more than that it does not fit.
    const object = type.types.findIndex((member) => member.flags & TypeFlags.Object);
    return typeof value === "object" && value !== null && object >= 0 ? each[object] : undefined;
  }

  #problemsOfObject(type: ts.Type, value: Record<string, unknown>): string[] {
    const name = type.aliasSymbol?.name ?? type.symbol.name;
    return type.getProperties().flatMap((property) => {
      const place = `${name}.${property.name}`;
      if (value[property.name] === undefined) {
        return property.flags & SymbolFlags.Optional ? [] : [`${place} is missing`];
      }
      return this.#problems(this.#checker.getTypeOfSymbol(property), value[property.name], place);
    });
  }
}
