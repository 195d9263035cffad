// The whole check, in the order of what fails fastest: system packages, types, lint, rooms, then unit and end-to-end
// tests. The last line counts all of it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const bin = (name) => join(root, 'node_modules', '.bin', name)
const run = (command, args) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0

let passed = 0
let failed = 0
const count = (title, good) => {
  console.log(`${good ? 'ok  ' : 'FAIL'} ${title}`)
  if (good) passed++
  else failed++
}
const finish = () => {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 && passed > 0 ? 0 : 1)
}

if (!run(process.execPath, [join(root, 'scripts', 'system-packages.mjs')])) {
  count('system packages', false)
  finish()
}
count('build', run(bin('tsc'), ['-p', 'tsconfig.build.json']))
count('page', run(process.execPath, [join(root, 'scripts', 'build-page.mjs')]))
count('types', run(bin('tsc'), ['-p', 'tsconfig.json']))
count('types of the page', run(bin('tsc'), ['-p', 'web/tsconfig.json']))
count('format and lint', run(bin('biome'), ['ci', '--error-on-warnings', '.']))
count('typed lint', run(bin('eslint'), ['.', '--max-warnings', '0']))
count('rooms', run(bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src']))

const scratch = mkdtempSync(join(tmpdir(), 'cocod-test-'))
const report = join(scratch, 'report.json')
try {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const good = run(bin('vitest'), [...args, ...process.argv.slice(2)])
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  passed += numPassedTests
  failed += numFailedTests
  // A skipped test under CI is a failed one; so is a run that went wrong outside of any test.
  if (process.env.CI) failed += numPendingTests + numTodoTests
  if (!good && numFailedTests === 0) failed++
} catch (error) {
  console.error(error)
  failed++
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
finish()
