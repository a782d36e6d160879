// Reference numbers for CenterNet: runs the original graph in TensorFlow.js (float32, its plain JavaScript backend) and
// stores strided samples of what the tests compare.
//
//   npm install @tensorflow/tfjs pngjs          (reference made with 4.22.0 and 7.0.0, Node 20)
//   node centernet_reference.mjs PACKAGE/models/centernet.json astronaut.png > tests/data/centernet_tfjs.tsv
//
// Lines, separated by tabs: input, tap, shape (TensorFlow's order), stride, largest value, its index, sum, then every
// stride-th value of the flattened tensor starting at 0.
import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import path from 'node:path';
import png from 'pngjs';

const [graphFile, photoFile] = process.argv.slice(2);
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

// src/base/counter_rng.h: FNV-1a of the name seeds SplitMix64; the upper 24 bits are a number in [0, 1).
const mask = (1n << 64n) - 1n;
function noise(name, count) {
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

function photo(file) {
  const picture = png.PNG.sync.read(fs.readFileSync(file));
  if (picture.width !== 512 || picture.height !== 512) throw new Error('the photo must be 512x512');
  return Float32Array.from({ length: 512 * 512 * 3 }, (_, i) => picture.data[Math.floor(i / 3) * 4 + (i % 3)]);
}

const names = new Set(graph.modelTopology.node.map((node) => node.name));
const taps = {};
for (let i = 0; i < 15; ++i) {
  const root = `tower_0/MobilenetV3/expanded_conv${i ? `_${i}` : ''}`;
  taps[`block.${i}`] = names.has(`${root}/add`) ? `${root}/add` : `${root}/project/BatchNorm/FusedBatchNorm`;
}
taps.extern = 'tower_0/extern1/hard_swish/mul_1';
taps['merge.c4'] = 'tower_0/CenternetHead/Relu';
taps['merge.c3'] = 'tower_0/CenternetHead/Relu_1';
taps['merge.c2'] = 'tower_0/CenternetHead/Relu_2';
taps.heat = 'tower_0/keypoints';
taps.sides = 'tower_0/wh';
taps.detections = 'tower_0/detections';

// Primes, so that samples do not keep to one channel.
function strideFor(tap, count) {
  if (tap === 'detections') return 1;
  const wanted = tap === 'heat' || tap === 'sides' ? 3000 : 300;
  let stride = Math.max(1, Math.floor(count / wanted));
  const prime = (n) => { for (let d = 2; d * d <= n; ++d) if (n % d === 0) return false; return n > 1; };
  while (stride > 1 && !prime(stride)) ++stride;
  return stride;
}

for (const [input, values] of [['noise', noise('input', 512 * 512 * 3)], ['astronaut', photo(photoFile)]]) {
  const results = model.execute(tf.tensor(values, [1, 512, 512, 3]), Object.values(taps));
  Object.keys(taps).forEach((tap, i) => {
    const all = results[i].dataSync();
    const stride = strideFor(tap, all.length);
    let top = 0, sum = 0;
    all.forEach((v, j) => { if (v > all[top]) top = j; sum += v; });
    const samples = [];
    for (let j = 0; j < all.length; j += stride) samples.push(all[j]);
    const text = (v) => String(Number(v.toPrecision(9)));
    console.log([input, tap, results[i].shape.join('x'), stride, text(all[top]), top, text(sum), ...samples.map(text)].join('\t'));
  });
}
