// Follows a job that the page waits for, and shows the finished page when it is over.
// Markup: <div data-job="/jobs/7"><p role="status">…</p><progress></progress></div>
for (const place of document.querySelectorAll("[data-job]")) {
  const words = place.querySelector("[role=status]");
  const bar = place.querySelector("progress");
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.job, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const job = await answer.json();
        if (job.state === "done" || job.state === "failed") {
          location.reload();
          return;
        }
        if (job.steps) {
          words.textContent = `${job.step}, step ${Math.min(job.done + 1, job.steps)} of ${job.steps}`;
          bar.max = job.steps;
          bar.value = job.done;
        }
      }
    } catch {
      // the connection is away for a moment: look again
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}
