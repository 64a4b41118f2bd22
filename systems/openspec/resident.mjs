// Runs the OpenSpec CLI again and again in one process: `node resident.mjs <openspec.js> <descriptor>`.
//
// Reads the arguments of a command as a line of JSON from the descriptor, and writes to it, as a line, what a process
// of the command's own would have written and ended with. A command is over when Node has nothing left to do. Where the
// CLI ends the process, that is the answer to this command and the end of this process; so is the end of the input.

import { readSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [node, , cli, descriptor] = process.argv;
const peer = Number(descriptor);
const { runCli } = await import(new URL('../dist/cli/index.js', pathToFileURL(cli)));
const buffer = Buffer.alloc(65_536);
let heard = '';
let said = null;

for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, encoding, done) => {
    if (said) said[name] += chunk.toString();
    const written = typeof encoding === 'function' ? encoding : done;
    if (written) process.nextTick(written);
    return true;
  };
}

function answer(code) {
  if (!said) return;
  let left = Buffer.from(`${JSON.stringify({ returncode: code ?? 0, ...said })}\n`);
  said = null;
  while (left.length) left = left.subarray(writeSync(peer, left));
}

function question() {
  while (!heard.includes('\n')) {
    const count = readSync(peer, buffer);
    if (!count) return null;
    heard += buffer.toString('latin1', 0, count);
  }
  const line = heard.slice(0, heard.indexOf('\n'));
  heard = heard.slice(line.length + 1);
  return JSON.parse(line);
}

process.on('uncaughtExceptionMonitor', (error) => {
  if (said) said.stderr += error?.stack ?? error;
});
process.on('exit', answer);
process.on('beforeExit', () => {
  answer(process.exitCode);
  process.exitCode = undefined;
  const command = question();
  if (!command) return;
  said = { stdout: '', stderr: '' };
  setImmediate(() => runCli([node, cli, ...command]));
});
