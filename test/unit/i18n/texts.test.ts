import { expect, test } from 'vitest'
import { en } from '../../../src/i18n/en.ts'
import { zh } from '../../../src/i18n/zh.ts'

const placeholders = (text: string): readonly string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([all]) => all).sort()

test('every text has the same placeholders in both languages', () => {
  const keys = Object.keys(en) as Array<keyof typeof en>
  const differing = keys.filter((key) => placeholders(en[key]).join() !== placeholders(zh[key]).join())
  expect(differing).toEqual([])
})

test('every Chinese text is Chinese, but for what is the same everywhere', () => {
  const keys = Object.keys(zh) as Array<keyof typeof zh>
  const latin = keys.filter(
    (key) => !/\p{Script=Han}/u.test(zh[key]) && zh[key].replace(/\{\w+\}/g, '').trim() !== '',
  )
  expect(latin).toEqual([])
})
