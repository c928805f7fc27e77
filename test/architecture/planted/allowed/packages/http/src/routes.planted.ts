import * as account from '@plinth/account'
import type { NextFunction } from 'express'
import express from 'express'
import { pino } from 'pino'
import * as z from 'zod'

export type Next = NextFunction
export const routes = [account, express(), pino(), z.strictObject({})]
