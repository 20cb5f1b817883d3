/** Closes the output with one line a machine can read: `412 passed, 0 failed`. */
import type { Reporter, TestModule } from 'vitest/node';

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
    // After the default reporter's own summary.
    process.on('exit', () => console.log(`\n${passed} passed, ${failed} failed`));
  }
}
