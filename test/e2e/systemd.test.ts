import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { COCOD, startDaemon } from '../fixtures/daemon.ts'
import { Lookout } from '../fixtures/lookout.ts'
import { runProgram } from '../fixtures/run-program.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

const UNIT = readFileSync(join(import.meta.dirname, '../../packaging/systemd/cocod.service'), 'utf8')

/** A socket as systemd has it; `lines` are the assignments that came, in order. */
async function notifySocket(path: string) {
  const script =
    'import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\ns.bind(sys.argv[1])\nprint("bound",flush=True)\nwhile True: print(s.recv(4096).decode(),flush=True)'
  const child = spawn('python3', ['-c', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  const lines: string[] = []
  const news = new Lookout()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    news.changed()
  })
  await news.until(() => lines.includes('bound'))
  return { lines, until: (line: RegExp) => news.until(() => lines.find((each) => line.test(each))) }
}

test('systemd hears when people can log in, that it is alive, and that it stops', async () => {
  await using home = await temporaryDirectory()
  const path = join(home.path, 'notify')
  const { until, lines } = await notifySocket(path)
  const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '400000' }
  await using daemon = startDaemon({ args: ['--standalone'], env })
  await until(/^READY=1$/)
  await until(/^STATUS=ssh 127\.0\.0\.1:\d+, web 127\.0\.0\.1:\d+$/)
  await until(/^WATCHDOG=1$/)
  daemon.signal('SIGTERM')
  await until(/^STOPPING=1$/)
  expect(await daemon.exited).toBe(0)
  expect(lines.filter((line) => line === 'READY=1')).toHaveLength(1)
})

test('the watchdog of another process is not this one’s, and a missing systemd-notify stops nothing', async () => {
  await using home = await temporaryDirectory()
  const env = {
    NOTIFY_SOCKET: join(home.path, 'nobody'),
    WATCHDOG_USEC: '1000',
    WATCHDOG_PID: '1',
    PATH: home.path,
  }
  await using daemon = startDaemon({ args: ['--standalone'], env })
  await daemon.ready()
  await daemon.untilLog(({ msg }) => msg === 'systemd cannot be told how the service is')
})

test('systemd takes the unit, and finds it well confined', async () => {
  await using home = await temporaryDirectory()
  const unit = join(home.path, 'cocod.service')
  writeFileSync(unit, UNIT.replaceAll('/usr/local/bin/cocod', '/bin/true'))
  const verify = await runProgram('systemd-analyze', ['verify', '--man=no', unit])
  expect([verify.stdout + verify.stderr, verify.code]).toEqual(['', 0])
  const args = ['security', '--offline=true', '--no-pager', '--threshold=25', unit]
  expect((await runProgram('systemd-analyze', args)).code).toBe(0)
})

test('every command in the unit is one the program has', async () => {
  for (const [, command = ''] of UNIT.matchAll(/^Exec\w+=\/usr\/local\/bin\/cocod (.+)$/gm)) {
    const child = spawn(process.execPath, [COCOD, ...command.split(' '), '--help'], { stdio: 'ignore' })
    expect(await once(child, 'close')).toEqual([0, null])
  }
})
