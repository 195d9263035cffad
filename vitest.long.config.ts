import { defineConfig } from 'vitest/config'

/** What takes minutes and is run by hand or at night: `npm run test:long`. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // They load the machine on purpose: one after the other.
    maxWorkers: 1,
    fileParallelism: false,
  },
})
