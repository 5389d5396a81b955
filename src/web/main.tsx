import { render } from 'preact';
import { whenSessionIsLost } from './api/http';
import { App } from './app';
import { startNavigation } from './state/navigation';
import { loseSession, openSession } from './state/session';
import './styles/index.css';

startNavigation();
whenSessionIsLost(loseSession);
void openSession();

const root = document.getElementById('app');
if (root) render(<App />, root);
