// The driver protocol, version 1, over standard input and output: calls in, answers out (driver-v1.schema.json).
//
// What a library throws is a refusal, unless it is one of the language's own errors, which say that code went wrong.

const { createInterface } = require("node:readline");

// The answers' way out; what a library prints is no answer.
const write = process.stdout.write.bind(process.stdout);
console.log = console.info = console.warn = console.error;

function isBug(error) {
  const bugs = [TypeError, RangeError, ReferenceError, SyntaxError];
  // Demanded by the library itself, or turned down by Node.js (a text that is no URL): about the message all the same.
  const demanded = error?.code !== undefined || /^\s*at assertRequired /m.test(error?.stack ?? "");
  return bugs.some((kind) => error instanceof kind) && !demanded;
}

const textOf = (error) => String(error?.message ?? error).slice(0, 400);

async function handle(call, library) {
  if (call.call === "health") {
    return { ok: true, name: library.name, version: library.version, run_id: process.env.SAMLSPEC_RUN_ID ?? "" };
  }
  if (call.call === "reset") return { ok: true };
  if (call.call === "login") return { location: await library.login(call.relay_state ?? "") };
  try {
    const form = Object.fromEntries(new URLSearchParams(call.body ?? ""));
    return { accepted: true, ...(await library.acs(form)) };
  } catch (error) {
    return isBug(error) ? { error: textOf(error) } : { accepted: false, reason: textOf(error) };
  }
}

// `library`: name, version, login(relayState) -> URL, acs(form) -> what to report beside `accepted`.
exports.serve = (library) => {
  createInterface({ input: process.stdin }).on("line", async (line) => {
    const call = JSON.parse(line);
    const answer = await handle(call, library).catch((error) => ({ error: textOf(error) }));
    write(`${JSON.stringify({ ...answer, id: call.id })}\n`);
  });
};
