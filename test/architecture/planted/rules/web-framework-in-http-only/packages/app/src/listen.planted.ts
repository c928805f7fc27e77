import express from '../../http/node_modules/express/index.js'

export const app = express()
