// Takes the pictures of our own page that the documents show: a real daemon, its demo, a real Chromium. Run it after
// `npm run build`: node scripts/screenshots.mjs
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const root = join(import.meta.dirname, '..')
const directory = mkdtempSync(join(tmpdir(), 'cocod-screenshots-'))
const PICTURES = [
  { file: 'web-dark.png', width: 1280, height: 720, scheme: 'dark' },
  { file: 'web-light.png', width: 1280, height: 720, scheme: 'light' },
  { file: 'web-narrow.png', width: 320, height: 640, scheme: 'light' },
]

const daemon = spawn(
  process.execPath,
  [join(root, 'bin/cocod'), 'start', '--standalone', '--sshd-port', '0', '--httpd-port', '0'],
  { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] },
)
const ready = new Promise((resolve) => {
  createInterface({ input: daemon.stdout }).on('line', (line) => {
    const entry = JSON.parse(line)
    if (entry.msg === 'ready') resolve(entry)
  })
})
try {
  const { web, passwordFile } = await ready
  const password = readFileSync(passwordFile, 'utf8').trim()
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  for (const { file, width, height, scheme } of PICTURES) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme })
    const page = await context.newPage()
    await page.goto(`http://${web}/`)
    await page.getByLabel('User name').fill('demo')
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.locator('.desk').waitFor()
    if (width < 700) await page.locator('.burger').click()
    await page.locator('.sidebar .row').first().click()
    await page.getByText('recorded').waitFor({ state: 'attached' })
    await page.getByText(/\d ms/).waitFor({ state: 'attached' })
    await page.keyboard.type('PS1="$ "; clear; uname -sm; ls --color /usr; echo 中文 é\n')
    // The terminal is drawn on a canvas, which nobody can ask for its text.
    await page.waitForTimeout(2000)
    await page.screenshot({ path: join(root, 'docs', file) })
    await context.close()
  }
  await browser.close()
} finally {
  daemon.kill('SIGTERM')
  await once(daemon, 'close')
  rmSync(directory, { recursive: true, force: true })
}
