/** Looks through the logs of the run, and closes the output with one line a machine can read: `412 passed, 0 failed`. */
import type { Reporter, TestModule } from 'vitest/node';
import { lookThroughLogs } from './logs/notes.ts';

/** Leaks that are named one by one. */
const SHOWN = 20;

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      passed += tests.filter((test) => test.result().state === 'passed').length;
      failed += tests.filter((test) => test.result().state === 'failed').length;
      // A file that could not be loaded has no tests to fail.
      if (
        tests.length === 0 ||
        (module.state() === 'failed' && tests.every((test) => test.result().state !== 'failed'))
      )
        failed++;
    }
    const { values, lines, leaks } = lookThroughLogs();
    if (leaks.length > 0) process.exitCode = 1;
    if (leaks.length > 0) failed++;
    else passed++;
    // After the default reporter's own summary.
    process.on('exit', () => {
      for (const { file, line, value } of leaks.slice(0, SHOWN))
        console.log(`A log tells of a person or a secret: ${file}:${line} holds ${value}`);
      console.log(`Logs of the run: ${values} values looked for in ${lines} lines, ${leaks.length} found.`);
      console.log(`\n${passed} passed, ${failed} failed`);
    });
  }
}
