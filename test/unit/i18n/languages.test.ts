import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { LANGUAGES, languageOf, say } from '../../../src/i18n/i18n.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const SRC = join(import.meta.dirname, '../../../src')

test.each([
  ['zh_CN.UTF-8', 'zh'],
  ['en-US', 'en'],
  ['ZH', 'zh'],
  ['zhx', undefined],
  ['de_DE.UTF-8', undefined],
  ['C.UTF-8', undefined],
  ['', undefined],
  [undefined, undefined],
])('the locale %j means the language %j', (locale, language) => {
  expect(languageOf(locale)).toBe(language)
})

const I18n = z.object({
  LANGUAGES: z.array(z.string()),
  languageOf: z.custom<typeof languageOf>(),
  say: z.custom<typeof say>(),
})

test('another language is one file more; what it leaves out is said in English', async () => {
  expect(LANGUAGES).toEqual(['en', 'zh'])
  await using home = await temporaryDirectory()
  const src = join(home.path, 'src')
  await mkdir(src)
  for (const room of ['base', 'i18n']) await cp(join(SRC, room), join(src, room), { recursive: true })
  await writeFile(
    join(src, 'i18n/eo.ts'),
    "export const eo = { 'menu.bye': 'Ĝis, {name}!', 'menu.language.name': 'Esperanto' }\n",
  )
  const own = I18n.parse(await import(join(src, 'i18n/i18n.ts')))
  expect(own.LANGUAGES).toEqual(['en', 'eo', 'zh'])
  expect(own.languageOf('eo_XX.UTF-8')).toBe('eo')
  expect(own.say('eo', 'menu.bye', { name: 'Alice' })).toBe('Ĝis, Alice!')
  expect(own.say('eo', 'menu.ended')).toBe(say('en', 'menu.ended'))
  expect(own.say('zh', 'menu.bye')).toBe('再见。')
})
