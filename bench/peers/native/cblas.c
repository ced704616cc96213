/*
 * C over OpenBLAS: sgemm for the products, loops for the rest, everything allocated once. Samples are the rows of
 * each matrix: z[m][units] = x[m][fanIn] · W[units][fanIn]ᵀ. One line per command, one line per answer, as in child.ts.
 */

#include <cblas.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIGMOID, RELU, SOFTMAX };
enum { MAX_LAYERS = 8 };

typedef struct {
  int units, fanIn, activation;
  float *weights; /* [units][fanIn] */
  float *biases;  /* [units] */
  float *a;       /* [m][units] */
  float *delta;   /* [m][units] */
} Layer;

typedef struct {
  int inputs, batch, samples, questions, shuffle, layerCount;
  int crossEntropy;
  float inputScale, rate;
  uint8_t *images;  /* [samples][inputs] */
  uint8_t *labels;  /* [samples] */
  uint8_t *asked;   /* [questions][inputs] */
  uint32_t *order;  /* [samples] */
  int orderIsGiven; /* until the first epoch */
  float *x;         /* [m][inputs] */
  Layer layers[MAX_LAYERS];
} Net;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void *allocate(size_t bytes) {
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!memory) fail("out of memory");
  return memory;
}

static void *readFile(const char *directory, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *content = allocate(size + 1);
  if (fread(content, 1, size, file) != (size_t)size) fail(path);
  content[size] = 0;
  fclose(file);
  return content;
}

/* `30:sigmoid,10:sigmoid` */
static void readLayers(Net *net, char *description) {
  int fanIn = net->inputs;
  for (char *word = strtok(description, ","); word; word = strtok(NULL, ",")) {
    if (net->layerCount == MAX_LAYERS) fail("too many layers");
    Layer *l = &net->layers[net->layerCount++];
    char *activation = strchr(word, ':') + 1;
    l->units = atoi(word);
    l->fanIn = fanIn;
    l->activation = !strcmp(activation, "sigmoid") ? SIGMOID : !strcmp(activation, "relu") ? RELU : SOFTMAX;
    fanIn = l->units;
  }
}

static void readSettings(Net *net, char *text) {
  char *layers = NULL;
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n"));) {
    char *value = strchr(line, ' ');
    if (!value) continue;
    *value++ = 0;
    if (!strcmp(line, "inputs")) net->inputs = atoi(value);
    if (!strcmp(line, "inputScale")) net->inputScale = atof(value);
    if (!strcmp(line, "layers")) layers = value;
    if (!strcmp(line, "loss")) net->crossEntropy = !strcmp(value, "crossEntropy");
    if (!strcmp(line, "miniBatchSize")) net->batch = atoi(value);
    if (!strcmp(line, "learningRate")) net->rate = atof(value);
    if (!strcmp(line, "shuffle")) net->shuffle = !strcmp(value, "true");
    if (!strcmp(line, "samples")) net->samples = atoi(value);
    if (!strcmp(line, "questions")) net->questions = atoi(value);
  }
  readLayers(net, layers);
}

static void prepare(Net *net, const char *directory) {
  memset(net, 0, sizeof *net);
  readSettings(net, readFile(directory, "case.txt"));
  net->images = readFile(directory, "inputs.u8");
  net->labels = readFile(directory, "labels.u8");
  net->asked = readFile(directory, "questions.u8");
  net->order = readFile(directory, "order.u32");
  net->orderIsGiven = 1;
  float *parameters = readFile(directory, "parameters.f32");
  net->x = allocate(sizeof(float) * net->batch * net->inputs);
  for (int i = 0; i < net->layerCount; i++) {
    Layer *l = &net->layers[i];
    size_t count = (size_t)l->units * l->fanIn;
    l->weights = memcpy(allocate(sizeof(float) * count), parameters, sizeof(float) * count);
    l->biases = parameters + count;
    parameters += count + l->units;
    l->a = allocate(sizeof(float) * net->batch * l->units);
    l->delta = allocate(sizeof(float) * net->batch * l->units);
  }
}

static void gather(Net *net, const uint8_t *images, const uint32_t *order, int m) {
  int inputs = net->inputs;
  float scale = net->inputScale;
  for (int i = 0; i < m; i++) {
    const uint8_t *from = images + (size_t)order[i] * inputs;
    float *to = net->x + (size_t)i * inputs;
    for (int k = 0; k < inputs; k++) to[k] = from[k] * scale;
  }
}

static void softmax(float *row, int units) {
  float largest = row[0], sum = 0;
  for (int j = 1; j < units; j++) largest = fmaxf(largest, row[j]);
  for (int j = 0; j < units; j++) sum += row[j] = expf(row[j] - largest);
  for (int j = 0; j < units; j++) row[j] /= sum;
}

static void activate(const Layer *l, int m) {
  float *a = l->a;
  int count = m * l->units;
  if (l->activation == SIGMOID)
    for (int i = 0; i < count; i++) a[i] = 1 / (1 + expf(-a[i]));
  else if (l->activation == RELU)
    for (int i = 0; i < count; i++) a[i] = a[i] > 0 ? a[i] : 0;
  else
    for (int i = 0; i < m; i++) softmax(a + i * l->units, l->units);
}

/* a = σ(x·Wᵀ + b). The biases are copied first, and the product is added to them. */
static void forward(Net *net, int m) {
  const float *x = net->x;
  for (int i = 0; i < net->layerCount; i++) {
    Layer *l = &net->layers[i];
    for (int row = 0; row < m; row++) memcpy(l->a + row * l->units, l->biases, sizeof(float) * l->units);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, l->units, l->fanIn, 1, x, l->fanIn, l->weights, l->fanIn,
                1, l->a, l->units);
    activate(l, m);
    x = l->a;
  }
}

/* BP1, before σ′ */
static void outputDelta(Net *net, const uint32_t *order, int m) {
  Layer *l = &net->layers[net->layerCount - 1];
  for (int i = 0; i < m; i++) {
    int label = net->labels[order[i]];
    for (int j = 0; j < l->units; j++) {
      float target = l->units == 1 ? label : j == label;
      l->delta[i * l->units + j] = l->a[i * l->units + j] - target;
    }
  }
}

static void throughActivation(Layer *l, int m) {
  int count = m * l->units;
  const float *restrict a = l->a;
  float *restrict delta = l->delta;
  if (l->activation == SIGMOID)
    for (int i = 0; i < count; i++) delta[i] *= a[i] * (1 - a[i]);
  else if (l->activation == RELU)
    for (int i = 0; i < count; i++) delta[i] = a[i] > 0 ? delta[i] : 0;
}

/* BP2, then BP3 and BP4 fused with the update: W −= η/m δᵀ·x. */
static void backward(Net *net, int m) {
  float rate = net->rate / m;
  for (int i = net->layerCount - 1; i >= 0; i--) {
    Layer *l = &net->layers[i];
    throughActivation(l, m);
    if (i > 0)
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, l->fanIn, l->units, 1, l->delta, l->units, l->weights,
                  l->fanIn, 0, net->layers[i - 1].delta, l->fanIn);
    const float *x = i > 0 ? net->layers[i - 1].a : net->x;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, l->units, l->fanIn, m, -rate, l->delta, l->units, x, l->fanIn,
                1, l->weights, l->fanIn);
    for (int row = 0; row < m; row++)
      for (int j = 0; j < l->units; j++) l->biases[j] -= rate * l->delta[row * l->units + j];
  }
}

static uint32_t drawn(void) {
  static uint64_t state = 0x9e3779b97f4a7c15u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state >> 32;
}

/* The first epoch over all samples has the given order. */
static void drawOrder(Net *net, int samples) {
  int isGiven = net->orderIsGiven;
  net->orderIsGiven = 0;
  if (isGiven && samples == net->samples) return;
  for (int n = 0; n < samples; n++) net->order[n] = n;
  for (int n = samples - 1; net->shuffle && n > 0; n--) {
    uint32_t other = drawn() % (n + 1), kept = net->order[n];
    net->order[n] = net->order[other];
    net->order[other] = kept;
  }
}

static double train(Net *net, int samples, int epochs) {
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int epoch = 0; epoch < epochs; epoch++) {
    if (epoch == 0 || net->shuffle) drawOrder(net, samples);
    for (int first = 0; first < samples; first += net->batch) {
      int m = samples - first < net->batch ? samples - first : net->batch;
      gather(net, net->images, net->order + first, m);
      forward(net, m);
      outputDelta(net, net->order + first, m);
      backward(net, m);
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  return end.tv_sec - start.tv_sec + 1e-9 * (end.tv_nsec - start.tv_nsec);
}

static void predict(Net *net, const char *path) {
  Layer *last = &net->layers[net->layerCount - 1];
  FILE *file = fopen(path, "wb");
  if (!file) fail(path);
  for (uint32_t n = 0; n < (uint32_t)net->questions; n++) {
    gather(net, net->asked, &n, 1);
    forward(net, 1);
    fwrite(last->a, sizeof(float), last->units, file);
  }
  fclose(file);
}

extern char *openblas_get_corename(void);

int main(void) {
  static Net net;
  char line[4096], word[4096];
  int samples, epochs;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "prepare %4095s", word) == 1) {
      prepare(&net, word);
      printf("ok OpenBLAS for %s\n", openblas_get_corename());
    } else if (sscanf(line, "train %d %d", &samples, &epochs) == 2) {
      printf("ok %.9f\n", train(&net, samples, epochs));
    } else if (sscanf(line, "predict %4095s", word) == 1) {
      predict(&net, word);
      printf("ok\n");
    } else {
      fail(line);
    }
    fflush(stdout);
  }
  return 0;
}
