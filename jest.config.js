const swc = { jsc: { target: 'es2024', parser: { syntax: 'typescript', tsx: true }, transform: { react: { runtime: 'automatic' } } } }

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/test/**/*.test.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  modulePaths: ['<rootDir>/hubspot-project/src/app/cards/node_modules'], // the cards' own packages, for their tests
  transform: { '\\.tsx?$': ['@swc/jest', swc] },
  globalSetup: '<rootDir>/test/support/template.ts',
  globalTeardown: '<rootDir>/test/support/remove-template.ts',
  testSequencer: '<rootDir>/.ci/longest-first.mjs',
  testTimeout: 60_000,
  workerIdleMemoryLimit: '600MB', // a file's modules are never let go by Node's vm modules: after a hundred files four fifths of a worker's time went into marking what is left of them
}
