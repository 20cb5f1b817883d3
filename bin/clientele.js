#!/usr/bin/env node
import { run } from '../dist/cli/main.js';

// A reader that went away, such as `head`, ends the command quietly.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(1));
process.exitCode = await run(process.argv.slice(2));
