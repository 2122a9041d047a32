// What a client did, as its tests report it to the runner. `report.py` describes the format.
import { writeFileSync } from "node:fs";

// No client in TypeScript raises an error for an incomplete answer: all return it.
export type Call = { name: string; operations: string[]; outside: string[]; problems: string[] };

export class Report {
  readonly calls: Call[] = [];
  furtherCalls = 0;
  unknownPermissions: string[] = [];

  /** The entry of a call, new at its first use. */
  call(name: string): Call {
    const known = this.calls.find((call) => call.name === name);
    const call = known ?? { name, operations: [], outside: [], problems: [] };
    if (!known) {
      this.calls.push(call);
    }
    return call;
  }

  /** Writes the file that the runner reads. */
  write() {
    const report = {
      calls: this.calls,
      further_calls: this.furtherCalls,
      unknown_permissions: this.unknownPermissions,
    };
    writeFileSync(process.env.REPORT ?? "/dev/null", JSON.stringify(report));
  }
}
