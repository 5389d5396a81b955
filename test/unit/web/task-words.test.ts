import { taskRules } from '../../../src/queue/tasks';
import { taskTitle } from '../../../src/web/parts/task-words';

test('each task of the queue has words of its own', () => {
  const titles = Object.keys(taskRules).map((task) => taskTitle({ task }));
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles).not.toContain(taskTitle({ task: 'a task that is not there' }));
});
