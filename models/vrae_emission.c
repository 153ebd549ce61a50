/* The emission of a VRAE: its sources are both directions' states as the output layer sees them. */
#include <string.h>

#include "vrae_work.h"

enum { FRAMES_AT_ONCE = 256 };

bool vrae_emission_given(const struct vrae_net *net)
{
  return net->emission.ops->layer_count > 0;
}

int vrae_joint_rows(const struct vrae_net *net)
{
  return vrae_emission_given(net) ? net->rows : 1;
}

void vrae_emission_carve(struct carver *carver, const struct vrae_net *net, int frames, struct vrae_work *work)
{
  const struct emission_net *emission = &net->emission;
  const int most = work->train || frames < FRAMES_AT_ONCE ? frames : FRAMES_AT_ONCE;
  work->emission_frames = most;
  work->emission_memory = carve(carver, emission->ops->memory(emission, most));
  work->emission_scratch = carve(carver, emission->ops->scratch(emission, most));
}

/* Frames begin, begin + 1, .. of the run. */
static struct emission_run run_of(const struct vrae_net *net, const struct vrae_batch *batch, int steps,
                                  int rows, int begin, int frames)
{
  const struct vrae_work *work = batch->work;
  const struct vrae_half half = vrae_generator(net, batch, steps, rows);
  const size_t row = (size_t)begin * (size_t)net->rows, cell = row * (size_t)net->outputs;
  struct emission_run run = {
    .net = &net->emission,
    .frames = frames,
    .target = batch->target + cell,
    .logits = batch->logits.m + cell,
    .memory = work->emission_memory,
    .scratch = work->emission_scratch,
  };
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    run.source[d] = vrae_seen(work, &half, d).m + row * (size_t)half.hidden;
  }
  return run;
}

static void run_all(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                    void (*part)(const struct emission_run *run))
{
  const int frames = steps * rows / net->rows, most = batch->work->emission_frames;
  for (int begin = 0; begin < frames; begin += most) {
    const struct emission_run run =
      run_of(net, batch, steps, rows, begin, frames - begin < most ? frames - begin : most);
    part(&run);
  }
}

/* Without weights of its own an emission looks at logits alone, so that the rows need be no whole frames. */
static void choose_rows(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows)
{
  const size_t cells = (size_t)steps * (size_t)rows * (size_t)net->outputs;
  for (size_t i = 0; i < cells; i++) {
    batch->target[i] = batch->logits.m[i] > 0;
  }
}

void vrae_emission_run(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows, bool choose)
{
  if (vrae_emission_given(net)) {
    run_all(net, batch, steps, rows, choose ? net->emission.ops->choose : net->emission.ops->forward);
  } else if (choose) {
    choose_rows(net, batch, steps, rows);
  }
}

void vrae_emission_backward(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                            struct linear_grad grads[EMISSION_LAYERS_MAX])
{
  struct vrae_work *work = batch->work;
  if (!vrae_emission_given(net)) {
    return;
  }
  const size_t source = (size_t)steps * (size_t)rows * (size_t)net->config.generator;
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    memset(work->to_source[d], 0, source * sizeof(real));
  }
  const struct emission_run run = run_of(net, batch, steps, rows, 0, steps * rows / net->rows);
  net->emission.ops->backward(&run, work->to_logits.m, grads, work->to_source);
}
