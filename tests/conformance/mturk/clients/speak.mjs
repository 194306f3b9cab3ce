// Says what it is told to with the JavaScript client: a line of JSON in, [operation, input], and a line of JSON out.
import { createInterface } from "node:readline";

import * as mturk from "@aws-sdk/client-mturk";

const client = new mturk.MTurkClient({ region: "us-east-1", maxAttempts: 1 });

for await (const line of createInterface({ input: process.stdin })) {
  const [operation, input] = JSON.parse(line);
  // Programs give this client dates, which JSON has not.
  if (input.ExpireAt !== undefined) input.ExpireAt = new Date(input.ExpireAt * 1000);
  let said;
  try {
    said = { answer: await client.send(new mturk[`${operation}Command`](input)) };
    delete said.answer.$metadata;
  } catch (error) {
    said = { kind: error.name, message: error.message, code: error.TurkErrorCode ?? null };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
