import { readFile } from 'node:fs/promises'
import { Fault, reasonOf } from '../base/fault.ts'
import { readCommandRules } from '../core/command-rules.ts'
import type { CommandRule } from '../core/model.ts'
import { rulesOf } from '../standalone/core/rules.ts'
import type { Inventory } from '../standalone/inventory.ts'
import { loadInventory, NO_HASHES } from '../standalone/inventory-file.ts'

class RulesFileError extends Fault<'RULES_FILE'> {
  override readonly name = 'RulesFileError'
}

/** Rules that are asked together, in the order of evaluation. */
export interface RulesOfAccount {
  /** Undefined for a file that knows no accounts. */
  readonly account: string | undefined
  readonly rules: readonly CommandRule[]
}

/**
 * Rules from a file: an inventory (those of each account, or of the one that is named), or what core answers to
 * GET /api/assets/v1/system-user/<id>/cmd-filter-rules/. Throws a Fault or IniError.
 */
export async function readRules(file: string, account: string | undefined): Promise<RulesOfAccount[]> {
  if (/^\s*[[{]\s*(?:[{"\]]|$)/.test(await text(file))) {
    return [{ account: undefined, rules: readCommandRules(await answer(file)) }]
  }
  return ofInventory(await loadInventory(file, NO_HASHES), { file, account })
}

function ofInventory(
  inventory: Inventory,
  { file, account }: { file: string; account: string | undefined },
): RulesOfAccount[] {
  const accounts = [...inventory.accounts.values()].filter(({ name }) => (account ?? name) === name)
  if (accounts.length === 0 && account !== undefined) {
    throw fault(file, `there is no account “${account}” in it`, 'name one of its [account ...] sections')
  }
  return accounts.map((each) => ({
    account: each.name,
    rules: rulesOf(inventory, each).map(({ id, name, kind, content, action, priority, comment }) => ({
      ...{ id, kind, content, action, priority },
      comment: comment === '' ? name : comment,
    })),
  }))
}

async function answer(file: string) {
  const step = `read ${file}`
  try {
    return { status: 200, body: JSON.parse(await text(file)) as unknown, knownUrl: true, step, etag: '' }
  } catch (error) {
    throw fault(file, reasonOf(error), 'give the JSON list that core answers with')
  }
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw fault(file, reasonOf(error), 'name a file that can be read')
  }
}

const fault = (file: string, message: string, next: string): RulesFileError =>
  new RulesFileError('RULES_FILE', { step: 'read rules', message: `${file}: ${message}`, next })
