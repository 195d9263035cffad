import { Fault } from '../base/fault.ts'

export type MenuErrorCode =
  | 'MENU_NO_ASSET'
  | 'MENU_NO_ASSET_CLOSE'
  | 'MENU_ASSET_AMBIGUOUS'
  | 'MENU_NO_ACCOUNT'
  | 'MENU_ACCOUNT_AMBIGUOUS'
  | 'MENU_NOTHING_GRANTED'
  | 'MENU_GRAPHICAL'
  /** A number of a list whose assets are no longer those that were shown. */
  | 'MENU_LIST_OLD'
  /** The asset's rules do not name this subsystem of SSH. */
  | 'MENU_SUBSYSTEM'
  /** A subsystem, and no asset to open it on. */
  | 'MENU_SUBSYSTEM_PLAIN'

/** What a person asked for cannot be opened, or is not clear. */
export class MenuError extends Fault<MenuErrorCode> {
  override readonly name = 'MenuError'
}
