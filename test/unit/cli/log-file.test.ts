import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogFile } from '../../../src/cli/log-file.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

test('lines go on in a new file after a reopen, and in the old one when none can be made', async () => {
  await using home = await temporaryDirectory()
  const path = join(home.path, 'log')
  using file = new LogFile(path, () => {})
  file.write('one\n')
  renameSync(path, `${path}.1`)
  file.write('two\n')
  file.reopen()
  file.write('three\n')
  expect([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['one\ntwo\n', 'three\n'])
})

test('a disk without room loses lines, says so once, and stops nothing', () => {
  const lost: string[] = []
  using file = new LogFile('/dev/full', (reason) => lost.push(reason))
  file.write('one\n')
  file.write('two\n')
  expect(lost).toEqual([expect.stringContaining('ENOSPC')])
})
