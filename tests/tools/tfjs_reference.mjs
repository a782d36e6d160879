// What the references of TensorFlow.js graphs share: loading a graph with its weights, inputs made from a name, and the lines that
// the tests read (tests/support/reference_samples.h).
import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import path from 'node:path';
import png from 'pngjs';

// The graph (JSON) and the model in float32 on the plain JavaScript backend.
export async function loadGraph(graphFile) {
  await tf.setBackend('cpu');
  const graph = JSON.parse(fs.readFileSync(graphFile));
  const weights = fs.readFileSync(path.join(path.dirname(graphFile), graph.weightsManifest[0].paths[0]));
  const model = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: graph.modelTopology,
      format: graph.format,
      signature: graph.signature,
      weightSpecs: graph.weightsManifest[0].weights,
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
    }),
  });
  return { graph, model };
}

// src/base/counter_rng.h: FNV-1a of the name seeds SplitMix64; the upper 24 bits are a number in [0, 1).
const mask = (1n << 64n) - 1n;
export function noise(name, count) {
  let seed = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name)) seed = ((seed ^ BigInt(byte)) * 0x100000001b3n) & mask;
  return Float32Array.from({ length: count }, (_, i) => {
    let z = (seed + BigInt(i + 1) * 0x9e3779b97f4a7c15n) & mask;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    z ^= z >> 31n;
    return Math.floor((Number(z >> 40n) / 2 ** 24) * 256); // 0..255 as a picture has
  });
}

// A square PNG of this size as rows of red, green, blue.
export function photo(file, size) {
  const picture = png.PNG.sync.read(fs.readFileSync(file));
  if (picture.width !== size || picture.height !== size) throw new Error(`the photo must be ${size}x${size}`);
  return Float32Array.from({ length: size * size * 3 }, (_, i) => picture.data[Math.floor(i / 3) * 4 + (i % 3)]);
}

// Primes, so that samples do not keep to one channel.
function strideFor(count, wanted) {
  let stride = Math.max(1, Math.floor(count / wanted));
  const prime = (n) => { for (let d = 2; d * d <= n; ++d) if (n % d === 0) return false; return n > 1; };
  while (stride > 1 && !prime(stride)) ++stride;
  return stride;
}

// One line, separated by tabs: input, tap, shape, stride, largest value, its index, sum, then every stride-th value of the flattened
// tensor starting at 0, about `wanted` of them.
export function printSamples(input, tap, shape, all, wanted) {
  const stride = strideFor(all.length, wanted);
  let top = 0, sum = 0;
  all.forEach((v, j) => { if (v > all[top]) top = j; sum += v; });
  const samples = [];
  for (let j = 0; j < all.length; j += stride) samples.push(all[j]);
  const text = (v) => String(Number(v.toPrecision(9)));
  console.log([input, tap, shape.join('x'), stride, text(all[top]), top, text(sum), ...samples.map(text)].join('\t'));
}
