import type { NextFunction, Request, RequestHandler, Response } from 'express'

/** An async handler for express that hands its failure on. */
export const handled =
  (handle: (request: Request, response: Response) => Promise<unknown>): RequestHandler =>
  (request: Request, response: Response, next: NextFunction) => {
    handle(request, response).catch(next)
  }
