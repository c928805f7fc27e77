export { type Configuration, readConfiguration } from './configuration.js'
