"""Lets dag.test() run each task as a worker does: in a separate process under Airflow's supervisor.

Then a task can be killed with SIGKILL. dag.test() by itself runs tasks in the process of the test.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from airflow.executors.workloads import BundleInfo
from airflow.executors.workloads.task import TaskInstanceDTO
from airflow.sdk.execution_time.supervisor import ActivitySubprocess, InProcessTestSupervisor, TaskRunResult


def run_under_supervisor(ti: Any, task: Any, client: Any = None) -> TaskRunResult:
    """Replaces airflow.sdk.execution_time.supervisor.run_task_in_process."""
    process = ActivitySubprocess.start(
        what=TaskInstanceDTO(
            **ti.model_dump(exclude_unset=True), pool_slots=1, queue="default", priority_weight=1, executor_config=None
        ),
        dag_rel_path=f"{task.dag.dag_id}.py",
        bundle_info=BundleInfo(name="dags-folder"),
        client=InProcessTestSupervisor._api_client(task.dag),
        subprocess_logs_to_stdout=True,
    )
    process.wait()
    return TaskRunResult(ti=SimpleNamespace(state=process.final_state, task=task), state=None, msg=None, error=None)
