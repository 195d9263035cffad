import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { ReplayFile } from '../../src/audit/replay-file.ts'
import { htmlPage } from '../../src/audit/replay-html.ts'
import { openBrowser } from '../fixtures/browser.ts'
import { fileAudit } from '../fixtures/file-audit.ts'
import { ManualClock } from '../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../fixtures/record-keeper.ts'
import { START, sessionFacts } from '../fixtures/spool.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

/** A page of a session that prints something now, and an hour of silence later something else. */
async function pageIn(directory: string): Promise<string> {
  const clock = new ManualClock(START)
  const audit = fileAudit({ home: directory, core: new MemoryRecordKeeper(), clock })
  const recording = await audit.open(sessionFacts())
  await recording.known()
  recording.output(Buffer.from('begun 开始 <b>&amp;</b>\r\n'))
  clock.advance(3_600_000)
  recording.output(Buffer.from('an hour later\r\n'))
  await recording.close({ reason: 'left', exit: { kind: 'none' }, at: clock.now() })
  await audit.close(AbortSignal.abort())
  const replay = new ReplayFile(recording.replay.path)
  const head = await replay.head()
  if (!head) throw new Error('no head')
  const commands = [{ seconds: 3_600, input: '<script>ls</script>' }]
  let text = ''
  for await (const part of htmlPage(head, replay.frames(), {
    title: 'a <i>title</i>',
    commands,
  }))
    text += part
  const path = join(directory, 'page.html')
  await writeFile(path, text)
  return pathToFileURL(path).href
}

test('a page of a recording plays and jumps to a command in a browser, and asks the network for nothing', async () => {
  await using home = await temporaryDirectory()
  const url = await pageIn(home.path)
  await using browser = await openBrowser()
  const { page, troubles } = browser
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(url)
  expect(await page.locator('h1').textContent()).toBe('a <i>title</i>')

  await page.locator('.ap-overlay-start').click()
  const shows = (text: string): Promise<unknown> =>
    page.locator('.ap-player').filter({ hasText: text }).waitFor({ timeout: 60_000 })
  await shows('begun 开始 <b>&amp;</b>')

  await page.getByRole('button', { name: '<script>ls</script>' }).click()
  await shows('an hour later')

  expect(asked.filter((each) => !/^(data|blob):/.test(each))).toEqual([url])
  expect(troubles).toEqual([])
})
