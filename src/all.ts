// Every entry of the package. The bundler injects this file into each of them, so that all code lands in one shared
// chunk: V8 treats the constants of one module as constants, those of an imported module as variables, and on the hot
// path that is a tenth of an operation.
import './index.ts';
import './time/index.ts';
