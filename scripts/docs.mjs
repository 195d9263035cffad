// Writes the documentation that is made from the code: config.example.ini, the README's table of settings, and that of
// docs/asset-options.md.
// Run it with tsx: npm run docs
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { optionTable } from '../src/asset-options/table.ts'
import { exampleIni, liveList, settingsTable } from '../src/config/example.ts'

const root = join(import.meta.dirname, '..')

writeFileSync(join(root, 'config.example.ini'), exampleIni())
replaceTable('README.md', 'settings', settingsTable())
replaceTable('docs/asset-options.md', 'options', optionTable())
replaceTable('docs/operations.md', 'live', liveList())

function replaceTable(file, name, table) {
  const path = join(root, file)
  const old = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`)
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace(old, () => `<!-- ${name} -->\n${table}\n<!-- /${name} -->`),
  )
}
