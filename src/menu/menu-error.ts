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
  /** No such row in the list of sessions, or it is over. */
  | 'MENU_NO_SESSION'
  | 'MENU_MAY_NOT_TYPE'

/** What a person asked for cannot be opened, or is not clear. */
export class MenuError extends Fault<MenuErrorCode> {
  override readonly name = 'MenuError'
}
