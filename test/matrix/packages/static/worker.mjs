// imports the package by its path, because workers ignore import maps
import { Network } from '/node_modules/bp4/dist/index.js';
import { weightHash } from './weight-hash.mjs';

weightHash(Network).then(postMessage, (error) => postMessage({ error: String(error?.stack ?? error) }));
