/** Looks through the logs of the run, and closes the output with one line a machine can read: `412 passed, 0 failed`. */
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { lookThroughLogs } from './logs/notes.ts';

/** Leaks that are named one by one. */
const SHOWN = 20;

export default class ClosingLine implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): Promise<void> {
    let passed = 0;
    let failed = errors.length;
    let files = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const done = (state: string) => tests.filter((test) => test.result().state === state).length;
      passed += done('passed');
      failed += done('failed');
      if (done('passed') + done('failed') > 0) files++;
      // A file that could not be loaded has no tests to fail.
      if (
        tests.length === 0 ||
        (module.state() === 'failed' && tests.every((test) => test.result().state !== 'failed'))
      )
        failed++;
    }
    const isWhole = await this.#isWhole(modules);
    const { values, lines, leaks, faults } = lookThroughLogs({ files, isWhole });
    const isClean = leaks.length === 0 && faults.length === 0;
    if (!isClean) process.exitCode = 1;
    if (isClean) passed++;
    else failed++;
    // After the default reporter's own summary.
    process.on('exit', () => {
      for (const { file, line, value } of leaks.slice(0, SHOWN))
        console.log(`A log tells of a person or a secret: ${file}:${line} holds ${value}`);
      for (const fault of faults) console.log(`The logs were not looked through as they should: ${fault}`);
      console.log(`Logs of the run: ${values} values looked for in ${lines} lines, ${leaks.length} found.`);
      console.log(`\n${passed} passed, ${failed} failed`);
    });
  }

  /** Neither files nor tests were chosen. */
  async #isWhole(modules: readonly TestModule[]): Promise<boolean> {
    if (!this.#vitest || this.#vitest.getGlobalTestNamePattern()) return false;
    return modules.length >= (await this.#vitest.globTestSpecifications()).length;
  }
}
