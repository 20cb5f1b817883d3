import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Large files come first by themselves; those of the campaign are small and take minutes, and at the end one would run alone. */
class CampaignFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isCampaign = ({ moduleId }: TestSpecification) => moduleId.includes('/test/trust/');
    return (await super.sort(files)).sort((a, b) => Number(isCampaign(b)) - Number(isCampaign(a)));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/postgres.ts'],
    setupFiles: ['test/logs/setup.ts'],
    reporters: ['default', './test/reporter.ts'],
    sequence: { sequencer: CampaignFirst },
    pool: 'forks',
    maxWorkers: 2,
    // For what hangs, not for what is slow: a machine at half its pace is no fault.
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
