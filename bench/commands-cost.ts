// What command detection costs: a flood of output, and a session of keys. Run: npx tsx bench/commands-cost.ts
import { setImmediate, setTimeout } from 'node:timers/promises'
import { ScreenCommandDetector } from '../src/audit/commands/detector.ts'
import { systemClock } from '../src/base/clock.ts'

const MB = 1_048_576
const FLOOD_BYTES = 100 * MB
const COMMANDS = 200

function detector(onCommand: () => void = () => {}): ScreenCommandDetector {
  return new ScreenCommandDetector({ size: { columns: 80, rows: 24 }, pty: undefined, onCommand })
}

/** CPU of this process while `task` runs, ms. */
async function cost(task: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await task()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

async function flood(name: string, line: string): Promise<void> {
  const chunk = Buffer.from(line.repeat(Math.ceil(32_768 / line.length)))
  const one = detector()
  one.input(Buffer.from('x'))
  const ms = await cost(async () => {
    for (let sent = 0; sent < FLOOD_BYTES; sent += chunk.length) {
      one.output(chunk)
      await setImmediate()
    }
    await one.close()
  })
  console.log(`${name}: 100 MB in ${ms.toFixed(0)} ms of CPU, ${(100_000 / ms).toFixed(0)} MB/s`)
}

async function typing(): Promise<void> {
  let found = 0
  let events = 0
  let longest = 0
  const one = detector(() => found++)
  const say = (text: string): void => one.output(Buffer.from(text))
  const ms = await cost(async () => {
    for (let i = 0; i < COMMANDS; i++) {
      say('\x1b[?2004halice@web-1:~$ ')
      for (const key of `ls -l /srv/www/${i}`) {
        one.input(Buffer.from(key))
        say(key)
        events += 2
        const before = systemClock.monotonic()
        // A turn of the event loop, in which the detector may have worked.
        await setTimeout(1)
        longest = Math.max(longest, systemClock.monotonic() - before - 1)
      }
      one.input(Buffer.from('\r'))
      say(`\r\n\x1b[?2004l\r${'-rw-r--r-- 1 alice alice 120 file\r\n'.repeat(20)}`)
    }
    await one.close()
  })
  console.log(
    `typing: ${events} events, ${found} of ${COMMANDS} commands, ${((ms * 1000) / events).toFixed(1)} µs of CPU an event, ` +
      `longest turn ${longest.toFixed(1)} ms`,
  )
}

await flood('short lines', '12345\r\n')
await flood('coloured', '\x1b[0m\x1b[01;34mdirectory\x1b[0m  file\r\n')
await flood('private modes without end', '\x1b[?25l\x1b[?25h.')
await flood('line editors without end', '\x1b[?2004h$ \x1b[?2004l\r\n')
await typing()
