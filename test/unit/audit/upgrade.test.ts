import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileAudit, passUntil } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../../fixtures/record-keeper.ts'
import { START } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const ID = '0f7d4617-8145-4a88-a76c-79fd4b1e3551'

// The archive is what 0.1.0 left of a session that core never got. It stays as it is: a change of a format that cannot
// read it loses records of everybody who upgrades.
test('what 0.1.0 had not sent is sent by this version', async () => {
  await using home = await temporaryDirectory()
  const archive = join(import.meta.dirname, '../../fixtures/spool-0.1.0.tar.gz')
  execFileSync('tar', ['-xzf', archive, '-C', home.path])
  const clock = new ManualClock(START + 60_000)
  const core = new MemoryRecordKeeper()
  const audit = fileAudit({ home: home.path, core, clock })
  audit.start()
  await passUntil(clock, () => core.sessions.get(ID)?.hasReplay === true)
  await audit.close(AbortSignal.timeout(20_000))
  expect(core.sessions.get(ID)).toMatchObject({ finished: START, uploads: 1 })
  expect(core.sessions.get(ID)?.replay).toContain('$ echo unsent')
  expect(core.commands.map(({ input }) => input)).toEqual(['echo unsent', 'exit'])
})
